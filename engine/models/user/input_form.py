"""In what form a network takes its input: found by its first convolution, and by trying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.capture.hooks import first_tensor
from engine.jobs import JobControl
from engine.models.user.errors import ModelFileError
from engine.models.user.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["InputForm", "find_form"]

_USUAL_SIZES = (224, 32, 28, 64, 96, 128, 160, 192, 256, 299, 320, 384, 448, 512, 640)
_LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True, slots=True)
class InputForm:
    """What a network wants.

    Attributes
    ----------
    size
        Height and width, in pixels.
    channels
        1 = grey, 3 = colours; of more, the others are 0.
    is_channels_last
        It takes (N, H, W, C), as networks from TensorFlow do.
    outputs
        How many values it answers with; 0 where it answers otherwise.
    is_map
        It answers with a map: (N, K, H, W).
    """

    size: tuple[int, int]
    channels: int = 3
    is_channels_last: bool = False
    outputs: int = 0
    is_map: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know."""
        if self.channels in {1, 3}:
            return ()
        sentence = (
            f"The network takes {self.channels} channels, and a picture has 3; those without a "
            "colour are 0, so its answers may mean little."
        )
        return (sentence,)

    def example(self) -> Tensor:
        """Return an input as the network takes it."""
        shape = (1, self.channels, *self.size)
        values = torch.linspace(-1, 1, self.channels * self.size[0] * self.size[1]).reshape(shape)
        return values.permute(0, 2, 3, 1).contiguous() if self.is_channels_last else values

    def adapt(self, module: nn.Module, *, is_bgr: bool) -> None:
        """Let the network take (N, 3, H, W), RGB, whatever it takes by itself."""
        if self.channels == 3 and not self.is_channels_last and not is_bgr:
            return

        def before(_module: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
            return (self._from_rgb(inputs[0], is_bgr=is_bgr), *inputs[1:])

        module.register_forward_pre_hook(before)

    def _from_rgb(self, picture: Tensor, *, is_bgr: bool) -> Tensor:
        if self.channels == 1:
            luma = picture.new_tensor(_LUMA).view(1, 3, 1, 1)
            picture = (picture * luma).sum(1, keepdim=True)
        elif is_bgr:
            picture = picture.flip(1)
        if self.channels == 2:
            picture = picture[:, :2]
        elif self.channels > 3:
            padding = picture.new_zeros(
                picture.shape[0], self.channels - 3, picture.shape[2], picture.shape[3]
            )
            picture = torch.cat((picture, padding), 1)
        return picture.permute(0, 2, 3, 1) if self.is_channels_last else picture


def find_form(
    module: nn.Module,
    sizes: Sequence[tuple[int, int]],
    declared: Sequence[int] = (),
    control: JobControl | None = None,
) -> InputForm:
    """Find the form in which a network takes its input.

    Parameters
    ----------
    module
        In eval mode, on the CPU.
    sizes
        Heights and widths to try, the best first; none = the usual ones.
    declared
        The shape of the input as the file has it; -1 = any.
    control
        May cancel, between two operations of the network.

    Raises
    ------
    ModelFileError
        It takes none of what was tried, or asks for more memory than any network needs.
    CancelledError
        Cancelled.
    """
    trial = Trial(control or JobControl())
    is_last = len(declared) == 4 and declared[3] in {1, 3} and declared[1] not in {1, 3}
    channels = _channels(module, declared, is_last=is_last)
    failure: Exception | None = None
    for size in sizes or _sizes(declared, is_last=is_last):
        form = InputForm(size, channels, is_last)
        try:
            with torch.inference_mode(), trial:
                answer = first_tensor(module(form.example()))
        except Exception as error:  # noqa: BLE001 - a network fails in any way on a wrong size
            if trial.objection is not None:
                raise trial.objection from None
            failure = failure or error
            continue
        return _with_answer(form, answer)
    tried = "x".join(map(str, (sizes or [(224, 224)])[0]))
    raise ModelFileError(
        f"The network fails on an input of {channels}x{tried}"
        f"{'' if sizes else ' and of other usual sizes'} ({_short(failure)}); give the size that "
        "it takes, such as 224x224."
    ) from failure


def _with_answer(form: InputForm, answer: Tensor | None) -> InputForm:
    if answer is None or answer.ndim not in {1, 2, 4}:
        return form
    is_map = answer.ndim == 4 and min(answer.shape[2:]) > 1
    outputs = answer.shape[-1] if answer.ndim < 4 else answer.shape[1]
    return InputForm(form.size, form.channels, form.is_channels_last, int(outputs), is_map)


def _channels(module: nn.Module, declared: Sequence[int], *, is_last: bool) -> int:
    if len(declared) == 4 and declared[3 if is_last else 1] > 0:
        return declared[3 if is_last else 1]
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            return part.in_channels
    # Scripted and exported layers are no nn.Conv2d; a first weight of four axes is one's.
    return next((it.shape[1] for it in module.parameters() if it.ndim == 4), 3)


def _sizes(declared: Sequence[int], *, is_last: bool) -> list[tuple[int, int]]:
    if len(declared) == 4:
        height, width = declared[1:3] if is_last else declared[2:4]
        if height > 0 and width > 0:
            return [(height, width)]
    return [(side, side) for side in _USUAL_SIZES]


def _short(error: Exception | None) -> str:
    return str(error).strip().partition("\n")[0][:120] if error else "no reason given"
