"""The trained network as one ONNX file."""

import io
import warnings

import onnx
import torch

from models.runtime.session import FEATURES
from models.training.network import INPUT_MULTIPLE, Exported, Segmenter
from models.training.planes import PLANES

OPSET = 17
INPUT = "image"
OUTPUT = "probability"


def onnx_bytes(network: Segmenter) -> bytes:
    """A self-contained ONNX model of planes `image` [N, PLANES, H, W] in 0..1.

    It gives `probability` [N, K, H/2, W/2] and `features` [N, C, H/8, W/8]. N, H and W are free,
    H and W multiples of 32. Batch norms are folded into the convolutions.
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
            (torch.zeros(1, PLANES, side, side),),
            content,
            dynamo=False,
            opset_version=OPSET,
            input_names=[INPUT],
            output_names=[OUTPUT, FEATURES],
            dynamic_axes={
                INPUT: {0: "pictures", 2: "height", 3: "width"},
                OUTPUT: {0: "pictures", 2: "rows", 3: "columns"},
                FEATURES: {0: "pictures", 2: "places down", 3: "places across"},
            },
        )
    model = onnx.load_model_from_string(content.getvalue())
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())
