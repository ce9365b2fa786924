from gnn2mlp.data.datasets._recipes import glnn_recipe


def test_gcn_options_win_and_leave_the_shared_ones_alone() -> None:
    recipe = glnn_recipe(dropout=0.6, lr=0.01, weight_decay=0.005, hidden=64)
    assert recipe["teacher"]["gcn"] == {"hidden": 64, "dropout": 0.8, "lr": 0.01, "weight_decay": 0.001}
    assert recipe["student"]["mlp"] == {"hidden": 128, "layers": 2, "dropout": 0.6}
    assert recipe["distill"] == {"lr": 0.01, "weight_decay": 0.005, "batch_size": 512}
    assert glnn_recipe(0.1, 0.01, 0.0)["teacher"]["gcn"]["hidden"] == 128
