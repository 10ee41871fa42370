"""Makes example exports of respondents who do not exist: the same bytes from the same plan, every time.

What is asked stands in the catalogue, how it is answered in ``plan.yaml`` beside it. Where the share of an item was
published, the made-up replies keep it. ``python -m pcse_analysis.synthetic`` writes ``data/synthetic`` anew.
"""
