"""The word in the settings leads to a device of this machine, or to a sentence."""

import pytest
import torch

from mlcore.device import available, resolve
from mlcore.errors import DeviceError


def test_the_cpu_is_always_there_and_comes_last():
    assert available()[-1] == {"device": "cpu", "name": "CPU"}
    assert resolve("cpu") == torch.device("cpu")


def test_auto_takes_the_first_and_fastest():
    assert str(resolve("auto")) == available()[0]["device"]


def test_a_device_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(DeviceError, match=r'"cuda:99", but this machine has only .*cpu'):
        resolve("cuda:99")


@pytest.mark.cuda
def test_cuda_is_the_first_gpu():
    assert resolve("cuda") == torch.device("cuda:0")
