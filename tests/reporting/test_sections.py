"""Sections of a page as its parameters ask for them."""

from __future__ import annotations

from pcse_analysis.dossier import choose
from pcse_analysis.reporting.sections import service, services
from tests.dossiers import own_dossier


def test_all_services_may_be_asked_for_where_one_may() -> None:
    """``survey_change`` takes a service line, or all: then every service stands there in turn."""
    dossier = own_dossier("published")
    selection = choose(dossier, wave_before="2016-10", wave_after="2017-12")
    html = str(service(dossier, selection).__html__())
    assert html == str(services(dossier, selection).__html__())
    assert all(
        f"id='service-{line}'" in html or f'id="service-{line}"' in html for line in dossier.catalogue.service_lines
    )
