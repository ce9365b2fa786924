"""Which code a line was made with."""

import inspect
from pathlib import Path

from gnn2mlp.core.source import closure
from gnn2mlp.core.spec import Spec
from gnn2mlp.pipeline import RunConfig, records
from gnn2mlp.pipeline.links import records as links
from gnn2mlp.studies import versions


def test_every_component_of_a_run_counts() -> None:
    components = {key for key, value in RunConfig().resolve() if isinstance(value, Spec)}
    assert components == {"dataset", *versions.REGISTRIES}
    of_links = {key for key, value in RunConfig(task="link").resolve() if isinstance(value, Spec)}
    assert of_links == {"dataset", *versions.REGISTRIES, *versions.OF_LINKS}


def test_other_components_are_other_code() -> None:
    config = RunConfig().resolve()
    assert versions.deciding_code(config) == versions.deciding_code(RunConfig().resolve())
    assert versions.deciding_code(config) != versions.deciding_code(RunConfig(teacher="sage").resolve())


def test_of_links_the_code_is_that_of_their_pipeline() -> None:
    config = RunConfig(task="link").resolve()
    assert versions.deciding_code(config) == versions.deciding_code(RunConfig(task="link").resolve())
    assert versions.deciding_code(config) != versions.deciding_code(RunConfig(task="link", decoder="dot").resolve())


def test_what_reads_settings_is_no_part_of_it_as_a_line_has_the_settings_themselves() -> None:
    for pipeline in (records.score_all, links.score_all):
        reached = closure(pipeline.__module__, Path(inspect.getfile(pipeline)))
        assert {"gnn2mlp.pipeline.student", "gnn2mlp.pipeline.teacher", "gnn2mlp.nn.loop"} <= reached.keys()
        assert not {"gnn2mlp.pipeline.config", "gnn2mlp.pipeline.setting_errors"} & reached.keys()


def test_a_line_stands_by_its_code_or_by_telling_none() -> None:
    config = RunConfig().resolve()
    assert versions.may_stand({}, config)
    assert versions.may_stand({"code": versions.deciding_code(config)}, config)
    assert not versions.may_stand({"code": "0123456789abcdef"}, config)


def test_versions_are_counted_by_lines_and_rows() -> None:
    old = {"row": "a", "environment": {"versions": {}}}
    new = {"row": "b", "environment": {"versions": {"gnn2mlp": "0.2.0"}, "code": "0123456789abcdef"}}
    assert versions.counted([old, new, new, {**new, "row": "a"}]) == [
        ("gnn2mlp 0.2.0, code 01234567", 3, 2),
        ("gnn2mlp not recorded, code not recorded", 1, 1),
    ]
