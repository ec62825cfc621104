"""The trained network as one ONNX file."""

import io
import warnings

import onnx
import torch

from models.training.network import INPUT_MULTIPLE, Exported, Segmenter

OPSET = 17
INPUT = "image"
OUTPUT = "probability"


def onnx_bytes(network: Segmenter) -> bytes:
    """A self-contained ONNX model: `image` [N, 3, H, W] RGB 0..1 to `probability` [N, K, H/2, W/2].

    N, H and W are free, H and W multiples of 32. Batch norms are folded into the convolutions.
    """
    exported = Exported(network)
    exported.eval()
    side = 2 * INPUT_MULTIPLE
    content = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter without a further dependency announces its successor at each call.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            exported,
            (torch.zeros(1, 3, side, side),),
            content,
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={
                INPUT: {0: "pictures", 2: "height", 3: "width"},
                OUTPUT: {0: "pictures", 2: "rows", 3: "columns"},
            },
        )
    model = onnx.load_model_from_string(content.getvalue())
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())
