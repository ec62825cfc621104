"""The network and its loss; skipped where the train extra is not installed."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")


def test_the_output_has_a_cell_for_every_two_by_two_pixels() -> None:
    from models.training.network import Segmenter
    from models.training.planes import PLANES

    assert Segmenter(3)(torch.zeros(2, PLANES, 64, 96)).shape == (2, 3, 32, 48)


def test_the_bench_gets_the_classes_and_features_of_every_eighth_place() -> None:
    from models.training.network import Exported, Segmenter
    from models.training.planes import PLANES

    probability, features = Exported(Segmenter(4))(torch.zeros(1, PLANES, 64, 96))

    assert probability.shape == (1, 3, 32, 48)
    assert features.shape == (1, 96, 8, 12)


def test_the_bench_also_takes_into_account_what_half_the_picture_shows() -> None:
    from models.training.loss import probabilities
    from models.training.network import Exported, Segmenter
    from models.training.planes import PLANES

    torch.manual_seed(4)
    network = Segmenter(4).eval()
    planes = torch.rand(1, PLANES, 96, 160)
    with torch.no_grad():
        given, _ = Exported(network)(planes)
        both = torch.cat([planes, torch.flip(planes, [3])])
        near = probabilities(network(both))[:, :-1].mean(0, keepdim=True)
        halves = torch.nn.functional.avg_pool2d(both, 2)
        far = probabilities(network(halves))[:, :-1].mean(0, keepdim=True)

    assert given.shape == (1, 3, 48, 80)
    assert given.mean((2, 3)).numpy() == pytest.approx(
        (0.7 * near.mean((2, 3)) + 0.3 * far.mean((2, 3))).numpy(), rel=0.02
    )
    assert not torch.allclose(given, near, atol=1e-4)


def test_a_mirrored_picture_gives_the_mirrored_answer() -> None:
    from models.training.network import Exported, Segmenter
    from models.training.planes import PLANES

    torch.manual_seed(4)
    network = Segmenter(4).eval()
    planes = torch.rand(1, PLANES, 96, 160)
    with torch.no_grad():
        network.head.weight.mul_(30)
        given, _ = Exported(network)(planes)
        mirrored, _ = Exported(network)(torch.flip(planes, [3]))
        alone = network(planes) - torch.flip(network(torch.flip(planes, [3])), [3])

    assert float(alone.abs().max()) > 0.1
    assert torch.allclose(torch.flip(mirrored, [3]), given, atol=1e-5)


def test_the_file_holds_each_weight_once_and_gives_what_the_network_gives() -> None:
    import onnxruntime

    from models.training.export import onnx_bytes
    from models.training.network import Exported, Segmenter, parameters
    from models.training.planes import PLANES

    torch.manual_seed(5)
    network = Segmenter(4).eval()
    model = onnx_bytes(network)
    planes = torch.rand(1, PLANES, 96, 32)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    probability, features = session.run(None, {"image": planes.numpy()})
    with torch.no_grad():
        expected = Exported(network)(planes)

    assert len(model) < 2.1 * parameters(network)
    assert probability == pytest.approx(expected[0].numpy(), abs=2e-3)
    assert features == pytest.approx(expected[1].numpy(), abs=2e-2)


def test_a_right_answer_costs_less_than_none_and_none_less_than_a_wrong_one() -> None:
    from models.training.loss import segmentation_loss

    target = torch.zeros(2, 3, 32, 32)
    target[0, [0, 2], 4:20, 4:20] = 1
    right = torch.where(target > 0, 6.0, -6.0)
    share = torch.tensor([0.02, 0.01, 0.03])
    costs = [
        float(segmentation_loss(logits, target, share, torch.ones_like(target)))
        for logits in (right, torch.full_like(right, -6.0), -right)
    ]

    assert costs == sorted(costs)
    assert costs[0] < 0.1 < costs[1]


def test_nothing_is_asked_where_nothing_is_known() -> None:
    from models.training.loss import segmentation_loss

    target = torch.zeros(1, 3, 32, 32)
    known = torch.ones_like(target)
    known[..., 16:] = 0
    share = torch.tensor([0.02, 0.01, 0.03])
    right = torch.full_like(target, -9.0)
    wrong_unknown = right.clone()
    wrong_unknown[..., 16:] = 9.0

    assert float(segmentation_loss(wrong_unknown, target, share, known)) == pytest.approx(
        float(segmentation_loss(right, target, share, known)), abs=1e-4
    )


def test_dice_counts_what_two_maps_share() -> None:
    from models.training.loss import hard_dice

    target = torch.zeros(1, 1, 10, 10)
    target[..., :5] = 1
    half = torch.zeros(1, 1, 10, 10)
    half[..., :5, :5] = 1

    assert float(hard_dice(target, target)[0]) == pytest.approx(1)
    assert float(hard_dice(half, target)[0]) == pytest.approx(2 * 25 / 75, abs=0.02)


def test_a_cell_at_output_stride_is_faulty_by_the_share_that_is_covered() -> None:
    from models.training.batches import coarse_target

    target = np.zeros((8, 8, 2), np.uint8)
    target[:, 3] = 255
    target[:, 4:6, 1] = 255
    coarse = coarse_target(target)

    assert coarse[:, 1, 0].tolist() == [0.5] * 4
    assert coarse[:, 2].tolist() == [[0.0, 1.0, 1.0]] * 4
    assert coarse[:, [0, 3]].sum() == 0
    assert np.array_equal(coarse[..., 2], coarse[..., :2].max(axis=2))


def test_what_kind_a_fault_is_shares_out_whether_there_is_one() -> None:
    from models.training.loss import probabilities

    logits = torch.randn(2, 4, 8, 8)
    probability = probabilities(logits)

    assert probability.shape == logits.shape
    assert torch.allclose(probability[:, :-1].sum(1), probability[:, -1], atol=1e-6)
    assert torch.allclose(probability[:, -1], torch.sigmoid(logits[:, -1]))


def test_classes_known_to_be_absent_are_unlearnt_where_others_are_unknown() -> None:
    from models.training.loss import segmentation_loss

    target = torch.zeros(1, 3, 16, 16)
    known = torch.zeros_like(target)
    known[:, 0] = 1
    logits = torch.zeros_like(target, requires_grad=True)
    segmentation_loss(logits, target, torch.full((3,), 0.01), known).backward()

    assert logits.grad is not None
    assert float(logits.grad[:, 0].min()) > 0
    assert float(logits.grad[:, 1].max()) < 0


def test_a_step_of_muon_moves_in_all_directions_alike() -> None:
    from models.training.muon import orthogonal

    torch.manual_seed(2)
    for shape in ((16, 72), (72, 16)):
        uneven = torch.randn(shape) @ torch.diag(torch.logspace(0, -2, shape[1]))
        values = torch.linalg.svdvals(orthogonal(uneven))
        assert float(values.max()) < 1.3
        assert float(values.median()) > 0.6


def test_muon_finds_the_least_of_a_bowl() -> None:
    from models.training.muon import Muon

    torch.manual_seed(2)
    wanted = torch.randn(4, 3, 3, 3)
    weight = torch.zeros_like(wanted, requires_grad=True)
    optimiser = Muon([weight], 0.1)
    for step in range(200):
        optimiser.param_groups[0]["lr"] = 0.1 * (1 - step / 200)
        optimiser.zero_grad()
        (weight - wanted).square().sum().backward()
        optimiser.step()

    assert float((weight.detach() - wanted).norm() / wanted.norm()) < 0.1
