"""Kernels that keep to themselves: sockets and messages in a private folder of one run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from traitlets.config import Config

LONGEST_SOCKET_PATH = 90
"""A socket's address may have about 100 characters."""
LOG = "kernel.log"


class PrivateKernelManager(AsyncKernelManager):
    """Starts a kernel whose own messages go to a file beside its connection file, not to the user's screen."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        with (Path(self.connection_file).parent / LOG).open("wb") as log:
            await super()._async_launch_kernel(kernel_cmd, **(kw | {"stdout": log, "stderr": log}))


@contextmanager
def private_kernels() -> Iterator[tuple[Config, Path]]:
    """Settings for the kernels of one run, and the file that their messages go to.

    Where the system can, a kernel talks over sockets in a folder of its own: no network ports to race for. The names
    are given in full, as the default is a file name in the current folder that two kernels would share.
    """
    with tempfile.TemporaryDirectory(prefix="pcse-kernel-") as folder:
        config = Config()
        config.PrivateKernelManager.connection_file = str(Path(folder) / "kernel.json")
        address = Path(folder) / "socket"
        if os.name == "posix" and len(str(address)) <= LONGEST_SOCKET_PATH:
            config.PrivateKernelManager.transport = "ipc"
            config.PrivateKernelManager.ip = str(address)
        yield config, Path(folder) / LOG
