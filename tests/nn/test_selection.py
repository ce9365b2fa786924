import math

import pytest
import torch
from torch import nn

from gnn2mlp.nn.selection import Selection, first_kept, tolerance_for


def _scores(module: nn.Linear, patience: int, scores: list[float]) -> tuple[Selection, int]:
    """Feed `scores`, setting the bias to the number of the epoch; return the rule and the epochs that ran."""
    selection = Selection(module, patience)
    for epoch, score in enumerate(scores, start=1):
        nn.init.constant_(module.bias, epoch)
        if selection.update(epoch, score):
            return selection, epoch
    return selection, len(scores)


def test_stops_after_patience_epochs_without_improvement() -> None:
    selection, ran = _scores(nn.Linear(1, 1), 2, [0.5, 0.6, 0.1, 0.2, 0.9])
    assert ran == 4
    assert (selection.best_epoch, selection.best_score) == (2, 0.6)


def test_an_improvement_starts_the_count_again() -> None:
    selection, ran = _scores(nn.Linear(1, 1), 2, [0.5, 0.1, 0.6, 0.1, 0.7])
    assert (ran, selection.best_epoch) == (5, 5)


def test_a_tie_goes_to_the_later_epoch() -> None:
    selection, ran = _scores(nn.Linear(1, 1), 2, [0.5, 0.5, 0.5, 0.5])
    assert (ran, selection.best_epoch) == (4, 4)


def test_restore_brings_back_the_best_state_and_evaluation() -> None:
    module = nn.Linear(1, 1)
    selection, _ = _scores(module, 3, [0.1, 0.9, 0.3])
    assert module.bias.item() == 3
    selection.restore()
    assert module.bias.item() == 2
    assert not module.training


def test_the_kept_state_is_a_copy_on_the_device() -> None:
    module = nn.Linear(2, 2)
    before = module.weight.detach().clone()
    selection = Selection(module, 1)
    selection.update(1, 0.5)
    with torch.no_grad():
        module.weight.add_(1)
    selection.restore()
    assert torch.equal(module.weight, before)


def test_restore_before_any_update_changes_nothing() -> None:
    module = nn.Linear(1, 1)
    before = module.bias.item()
    Selection(module, 1).restore()
    assert module.bias.item() == before


def test_patience_does_not_run_before_the_beginning_and_no_epoch_before_it_is_kept() -> None:
    selection = Selection(nn.Linear(1, 1), patience=2, begin=4)
    stops = [selection.update(epoch, score) for epoch, score in enumerate([0.9, 0.1, 0.1, 0.3, 0.2, 0.1], start=1)]
    assert stops == [False] * 5 + [True]
    assert selection.best_epoch == 4


def test_training_that_ends_before_the_beginning_keeps_the_best_so_far() -> None:
    selection = Selection(nn.Linear(1, 1), patience=1, begin=10)
    assert not any(selection.update(epoch, score) for epoch, score in enumerate([0.2, 0.9, 0.3], start=1))
    assert selection.best_epoch == 2


def test_an_epoch_with_a_lucky_score_and_a_high_loss_is_not_kept() -> None:
    """At epoch 2 an untrained model is right by chance: the fault that kept teachers with nearly flat answers."""
    selection = Selection(nn.Linear(1, 1), patience=3)
    for epoch, (score, loss) in enumerate([(0.3, 1.95), (0.9, 1.90), (0.6, 1.2), (0.8, 0.6), (0.7, 0.9)], start=1):
        selection.update(epoch, score, loss)
    assert selection.best_epoch == 4


def test_among_losses_near_the_lowest_the_score_decides_and_the_later_of_equals_is_kept() -> None:
    curve = [(0.8, 1.00), (0.9, 1.02), (0.9, 1.019), (0.95, 1.021), (0.85, 1.0)]
    selection = Selection(nn.Linear(1, 1), patience=9, tolerance=0.02)
    for epoch, (score, loss) in enumerate(curve, start=1):
        selection.update(epoch, score, loss)
    assert selection.best_epoch == 3


def test_what_is_kept_gives_way_when_the_loss_falls_below_its_reach() -> None:
    selection = Selection(nn.Linear(1, 1), patience=9, tolerance=0.02)
    for epoch, (score, loss) in enumerate([(0.9, 1.0), (0.5, 0.99), (0.6, 0.9)], start=1):
        selection.update(epoch, score, loss)
        assert selection.best_epoch == (1, 1, 3)[epoch - 1]


def test_without_tolerance_or_loss_the_score_alone_decides() -> None:
    for tolerance, losses in ((None, [1.0, 9.0, 0.1]), (0.02, [None, None, None])):
        selection = Selection(nn.Linear(1, 1), patience=9, tolerance=tolerance)
        for epoch, (score, loss) in enumerate(zip([0.5, 0.9, 0.8], losses, strict=True), start=1):
            selection.update(epoch, score, loss)
        assert selection.best_epoch == 2


def test_losses_below_zero_have_candidates_too() -> None:
    selection = Selection(nn.Linear(1, 1), patience=9, tolerance=0.5)
    for epoch, (score, loss) in enumerate([(0.5, -1.0), (0.9, -0.6), (0.99, -0.4)], start=1):
        selection.update(epoch, score, loss)
    assert selection.best_epoch == 2


@pytest.mark.parametrize(("score", "loss"), [(math.nan, 1.0), (0.9, math.nan), (0.9, math.inf), (math.nan, math.nan)])
def test_what_is_not_a_number_is_kept_only_if_there_is_nothing_else(score: float, loss: float) -> None:
    selection = Selection(nn.Linear(1, 1), patience=9)
    selection.update(1, score, loss)
    assert selection.best_epoch == 1
    selection.update(2, 0.1, 1.0)
    selection.update(3, score, loss)
    assert selection.best_epoch == 2


def test_goes_on_from_its_state_as_if_not_interrupted() -> None:
    scores = [0.5, 0.1 + 0.2, 0.6, 0.6, 0.1, 0.2]
    for cut in range(len(scores)):
        ends = []
        for interrupted in (False, True):
            module = nn.Linear(1, 1)
            selection = Selection(module, patience=2)
            for epoch, score in enumerate(scores, start=1):
                nn.init.constant_(module.bias, epoch)
                if interrupted and epoch == cut + 1:
                    state = {name: value.clone() for name, value in selection.state_dict().items()}
                    selection = Selection(module, patience=2)
                    selection.load_state_dict(state)
                selection.update(epoch, score, loss=1 / epoch)
            selection.restore()
            ends.append((selection.best_epoch, selection.stopped, module.bias.item()))
        assert ends[0] == ends[1]


def test_the_more_rows_validate_the_more_the_score_is_believed() -> None:
    """A loss that rises by a tenth while the score rises: 200 rows keep the early epoch, 2,000 the late one."""
    epochs = [(0.70, 1.00), (0.72, 1.10)]
    for rows, kept in ((200, 1), (2_000, 2)):
        selection = Selection(nn.Linear(1, 1), patience=5, tolerance=tolerance_for(rows))
        for epoch, found in enumerate(epochs, start=1):
            selection.update(epoch, *found)
        assert selection.best_epoch == kept


def _averaged(selection: Selection, epochs: range) -> list[float]:
    """Set the bias to the square of each epoch, and note what is validated."""
    found = []
    for epoch in epochs:
        nn.init.constant_(selection.module.bias, epoch**2)
        with selection.averaged(epoch):
            found.append(selection.module.bias.item())
            selection.update(epoch, float(epoch))
        assert selection.module.bias.item() == epoch**2  # training goes on from where it was
    return found


def test_weights_are_averaged_over_a_quarter_of_the_epochs_so_far() -> None:
    found = _averaged(Selection(nn.Linear(1, 1), patience=9, averaging="tail"), range(1, 11))
    assert found[:4] == [1, 4, 9, 16]
    by_hand = found[3]
    for epoch in range(5, 11):
        by_hand += 4 / epoch * (epoch**2 - by_hand)
        assert found[epoch - 1] == pytest.approx(by_hand)


def test_a_moving_average_weighs_epochs_by_how_long_ago_they_are() -> None:
    found = _averaged(Selection(nn.Linear(1, 1), patience=99, averaging="ema", decay=0.7), range(1, 31))
    for epoch, value in enumerate(found, start=1):
        weights = [0.7 ** (epoch - other) for other in range(1, epoch + 1)]
        by_hand = sum(w * other**2 for other, w in enumerate(weights, start=1)) / sum(weights)
        assert value == pytest.approx(by_hand, rel=1e-4)


def test_a_moving_average_that_keeps_nothing_is_the_epoch_itself() -> None:
    found = _averaged(Selection(nn.Linear(1, 1), patience=99, averaging="ema", decay=0.0), range(1, 9))
    assert found == [epoch**2 for epoch in range(1, 9)]


def test_what_was_validated_is_what_is_kept() -> None:
    selection = Selection(nn.Linear(1, 1), patience=9, averaging="tail")
    found = _averaged(selection, range(1, 9))
    selection.restore()
    assert selection.module.bias.item() == found[-1] < 64


def test_without_averaging_weights_stay_as_they_are() -> None:
    selection = Selection(nn.Linear(1, 1), patience=9)
    assert _averaged(selection, range(1, 9)) == [epoch**2 for epoch in range(1, 9)]
    assert not selection.average


def test_averages_go_on_from_their_state_with_the_same_bits() -> None:
    whole, first, second = (Selection(nn.Linear(1, 1), patience=9, averaging="tail") for _ in range(3))
    wanted = _averaged(whole, range(1, 20))
    _averaged(first, range(1, 8))
    second.load_state_dict({name: value.clone() for name, value in first.state_dict().items()})
    assert _averaged(second, range(8, 20)) == wanted[7:]


def test_statistics_of_norms_are_averaged_and_counters_are_not() -> None:
    module = nn.BatchNorm1d(1, momentum=1.0)
    selection = Selection(module, patience=9, averaging="tail")
    for epoch in range(1, 20):
        module(torch.full((2, 1), float(epoch)))
        with selection.averaged(epoch):
            assert module.num_batches_tracked.item() == epoch
            mean = module.running_mean.item()
            assert mean == epoch if epoch < 5 else 0.7 * epoch < mean < epoch
    assert (module.num_batches_tracked.item(), module.running_mean.item()) == (19, 19)


def test_training_goes_on_from_its_own_weights_after_an_error() -> None:
    module = nn.Linear(1, 1)
    selection = Selection(module, patience=9, averaging="tail")
    _averaged(selection, range(1, 9))
    nn.init.constant_(module.bias, 81)
    with pytest.raises(KeyError), selection.averaged(9):
        raise KeyError
    assert module.bias.item() == 81


def test_no_epoch_before_the_last_of_the_first_tenth_may_be_kept() -> None:
    assert [first_kept(epochs) for epochs in (1, 9, 10, 39, 200)] == [1, 1, 1, 3, 20]
