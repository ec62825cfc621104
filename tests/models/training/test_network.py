"""The network and its loss; skipped where the train extra is not installed."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from models.training.loss import Truth

torch = pytest.importorskip("torch", reason="the train extra is not installed")


def test_whether_is_said_for_every_pixel_and_which_kind_for_every_two_by_two() -> None:
    from models.training.network import Segmenter
    from models.training.planes import PLANES

    kinds, there = Segmenter(3)(torch.zeros(2, PLANES, 64, 96))

    assert (kinds.shape, there.shape) == ((2, 3, 32, 48), (2, 1, 64, 96))


def test_what_a_single_pixel_shows_can_change_what_is_said_of_it_and_of_its_neighbours_alone() -> (
    None
):
    from models.training.network import Head
    from models.training.planes import PLANES

    torch.manual_seed(4)
    head = Head(3).eval()
    features, picture = torch.rand(1, 48, 16, 16), torch.rand(1, PLANES, 64, 64)
    with torch.no_grad():
        head.change.weight.normal_()
        _, before = head(features, picture)
        picture[..., 30, 21] += 1
        _, after = head(features, picture)
    changed = (before - after)[0, 0].abs() > 1e-4

    assert changed.any()
    assert not changed[:28].any()
    assert not changed[33:].any()
    assert not changed[:, :19].any()
    assert not changed[:, 24:].any()


def test_the_bench_gets_the_classes_of_every_pixel_and_features_of_every_eighth() -> None:
    from models.training.network import Exported, Segmenter
    from models.training.planes import PLANES

    probability, features = Exported(Segmenter(3))(torch.zeros(1, PLANES, 64, 96))

    assert probability.shape == (1, 3, 64, 96)
    assert features.shape == (1, 96, 8, 12)


def test_the_bench_also_takes_into_account_what_half_the_picture_shows() -> None:
    from models.training.loss import by_cells
    from models.training.network import Exported, Segmenter
    from models.training.planes import PLANES

    torch.manual_seed(4)
    network = Segmenter(3).eval()
    planes = torch.rand(1, PLANES, 96, 160)
    with torch.no_grad():
        given, _ = Exported(network)(planes)
        both = torch.cat([planes, torch.flip(planes, [3])])
        near = by_cells(*network(both))[0].mean(0, keepdim=True)
        halves = torch.nn.functional.avg_pool2d(both, 2)
        far = by_cells(*network(halves))[0].mean(0, keepdim=True)

    assert given.shape == (1, 3, 96, 160)
    assert given.mean((2, 3)).numpy() == pytest.approx(
        (0.7 * near.mean((2, 3)) + 0.3 * far.mean((2, 3))).numpy(), rel=0.02
    )
    assert given.mean((2, 3)).numpy() != pytest.approx(near.mean((2, 3)).numpy(), rel=1e-4)


def test_a_mirrored_picture_gives_the_mirrored_answer() -> None:
    from models.training.network import Exported, Segmenter
    from models.training.planes import PLANES

    torch.manual_seed(4)
    network = Segmenter(3).eval()
    planes = torch.rand(1, PLANES, 96, 160)
    with torch.no_grad():
        network.head.told.weight.mul_(30)
        given, _ = Exported(network)(planes)
        mirrored, _ = Exported(network)(torch.flip(planes, [3]))
        alone = network(planes)[1] - torch.flip(network(torch.flip(planes, [3]))[1], [3])

    assert float(alone.abs().max()) > 0.1
    assert torch.allclose(torch.flip(mirrored, [3]), given, atol=1e-5)


def test_the_file_holds_each_weight_once_and_gives_what_the_network_gives() -> None:
    import onnxruntime

    from models.training.export import onnx_bytes
    from models.training.network import Exported, Segmenter, parameters
    from models.training.planes import PLANES

    torch.manual_seed(5)
    network = Segmenter(3).eval()
    model = onnx_bytes(network)
    planes = torch.rand(1, PLANES, 96, 32)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    probability, features = session.run(None, {"image": planes.numpy()})
    with torch.no_grad():
        expected = Exported(network)(planes)

    assert len(model) < 2.1 * parameters(network)
    assert probability == pytest.approx(expected[0].numpy(), abs=2e-3)
    assert features == pytest.approx(expected[1].numpy(), abs=2e-2)


def _square() -> "Truth":
    """Two crops of 32 pixels; kind 0 of two covers a square of the first one."""
    from models.training.loss import Truth

    kinds, there = torch.zeros(2, 2, 16, 16), torch.zeros(2, 1, 32, 32)
    kinds[0, 0, 2:10, 2:10] = 1
    there[0, 0, 4:20, 4:20] = 1
    return Truth(kinds, there, torch.ones_like(kinds), torch.ones_like(there))


def test_a_right_answer_costs_less_than_none_and_none_less_than_a_wrong_one() -> None:
    from models.training.loss import segmentation_loss

    truth = _square()
    share = torch.tensor([0.02, 0.01, 0.03])
    costs = [
        float(segmentation_loss(kinds, there, truth, share))
        for kinds, there in (
            (truth.kinds * 12 - 6, truth.there * 12 - 6),
            (truth.kinds * 0, truth.there * 0 - 6),
            (6 - truth.kinds * 12, 6 - truth.there * 12),
        )
    ]

    assert costs == sorted(costs)
    assert costs[0] < 0.1 < costs[1]


def test_a_line_in_its_place_costs_less_than_one_a_pixel_beside_it() -> None:
    from models.training.loss import Truth, segmentation_loss

    there = torch.zeros(1, 1, 32, 32)
    there[..., 10] = 1
    kinds = torch.nn.functional.avg_pool2d(there, 2)
    truth = Truth(kinds, there, torch.ones_like(kinds), torch.ones_like(there))
    share = torch.tensor([0.02, 0.03])
    costs = [
        float(segmentation_loss(kinds * 0, torch.roll(there, shift, 3) * 8 - 4, truth, share))
        for shift in (0, 1)
    ]

    assert costs[0] < 0.5 * costs[1]


def test_nothing_is_asked_where_nothing_is_known() -> None:
    from models.training.loss import Truth, segmentation_loss

    kinds, there = torch.zeros(1, 2, 16, 16), torch.zeros(1, 1, 32, 32)
    kinds_known, there_known = torch.ones_like(kinds), torch.ones_like(there)
    kinds_known[..., 8:] = 0
    there_known[..., 16:] = 0
    truth = Truth(kinds, there, kinds_known, there_known)
    share = torch.tensor([0.02, 0.01, 0.03])
    right = there - 9.0
    wrong_unknown = right.clone()
    wrong_unknown[..., 16:] = 9.0

    assert float(segmentation_loss(kinds, wrong_unknown, truth, share)) == pytest.approx(
        float(segmentation_loss(kinds, right, truth, share)), abs=1e-4
    )


def test_dice_counts_what_two_maps_share() -> None:
    from models.training.loss import hard_dice

    target = torch.zeros(1, 1, 10, 10)
    target[..., :5] = 1
    half = torch.zeros(1, 1, 10, 10)
    half[..., :5, :5] = 1

    assert float(hard_dice(target, target)[0]) == pytest.approx(1)
    assert float(hard_dice(half, target)[0]) == pytest.approx(2 * 25 / 75, abs=0.02)


def test_a_cell_is_of_a_kind_by_the_share_that_is_covered_and_a_pixel_faulty_or_not() -> None:
    from models.training.batches import cell_target
    from models.training.crops import Crop

    mask = np.zeros((8, 8, 2), np.uint8)
    mask[:, 3] = 255
    mask[:, 4:6, 1] = 255
    target = cell_target(Crop(np.zeros((8, 8, 5), np.uint8), mask))

    assert target.kinds[:, 1, 0].tolist() == [128] * 4
    assert target.kinds[:, 2].tolist() == [[0, 255]] * 4
    assert target.kinds[:, [0, 3]].sum() == 0
    assert np.array_equal(target.there, mask.max(axis=2, keepdims=True))
    assert target.kinds_known.all()
    assert target.there_known.all()


def test_what_kind_a_fault_is_shares_out_whether_there_is_one() -> None:
    from models.training.loss import by_cells, coarser

    kinds, there = by_cells(torch.randn(2, 3, 8, 8), torch.randn(2, 1, 16, 16))

    assert torch.allclose(kinds.sum(1, keepdim=True), coarser(there, 2), atol=1e-6)
    assert float(there.min()) > 0
    assert float(there.max()) < 1


def test_classes_known_to_be_absent_are_unlearnt_where_others_are_unknown() -> None:
    from models.training.loss import Truth, segmentation_loss

    kinds_known = torch.zeros(1, 2, 8, 8)
    kinds_known[:, 0] = 1
    nothing, nowhere = torch.zeros(1, 2, 8, 8), torch.zeros(1, 1, 16, 16)
    truth = Truth(nothing, nowhere, kinds_known, torch.zeros_like(nowhere))
    kinds = torch.zeros_like(nothing, requires_grad=True)
    segmentation_loss(kinds, nowhere, truth, torch.full((3,), 0.01)).backward()

    assert kinds.grad is not None
    assert float(kinds.grad[:, 0].min()) > 0
    assert float(kinds.grad[:, 1].max()) < 0


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
