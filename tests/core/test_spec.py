import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pydantic
import pytest
import yaml

from gnn2mlp.core import registry
from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec, plain


class Base(Configurable):
    """Options shared by the components below."""

    def __init__(self, hidden: int = 64, dropout: float = 0.5):
        self.hidden = hidden
        self.dropout = dropout


class Net(Base):
    """Adds options of its own and hands the others on."""

    name = "net"

    def __init__(
        self,
        activation: Literal["relu", "tanh"] = "relu",
        fanouts: tuple[int, ...] | None = None,
        **options: Any,
    ):
        super().__init__(**options)
        self.activation = activation
        self.fanouts = fanouts


class Pair(Configurable):
    """Holds other components as specs."""

    name = "pair"

    def __init__(self, first: Spec, rest: list[Spec] | None = None):
        self.first = first
        self.rest = rest or []


class Fixed(Configurable):
    """Has no options."""

    name = "fixed"


class Picky(Configurable):
    """Checks its own arguments."""

    name = "picky"

    def __init__(self, weight: float, untyped=None):
        if weight < 0:
            raise ValueError("weight must not be negative")
        self.weight = weight
        self.untyped = untyped


class Registered(Registry[Any]):
    """A registry that needs no package."""

    def __init__(self, *classes: type[Configurable]):
        super().__init__("component", "none", Configurable)
        self.classes = {cls.name: cls for cls in classes}
        registry._NAMED.update(classes)


COMPONENTS = Registered(Net, Pair, Fixed, Picky)


def test_options_come_from_the_constructor_and_its_bases() -> None:
    assert list(Net.constructor_options()) == ["activation", "fanouts", "hidden", "dropout"]
    assert list(Base.constructor_options()) == ["hidden", "dropout"]
    assert Fixed.constructor_options() == {}


def test_build_passes_options_and_keeps_defaults() -> None:
    net = Spec("net", hidden=8, activation="tanh").build(COMPONENTS)
    assert isinstance(net, Net)
    assert (net.hidden, net.dropout, net.activation, net.fanouts) == (8, 0.5, "tanh", None)


def test_resolved_writes_defaults_out() -> None:
    assert Spec("net", hidden=8).resolved(COMPONENTS).to_dict() == {
        "name": "net",
        "activation": "relu",
        "fanouts": None,
        "hidden": 8,
        "dropout": 0.5,
    }
    assert Spec("fixed").resolved(COMPONENTS) == Spec("fixed")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            Spec("net", hiden=3),
            r"component 'net' has no option 'hiden'; did you mean 'hidden'\? \(options: activation,",
        ),
        (Spec("fixed", x=1), r"component 'fixed' has no option 'x' \(options: none\)"),
        (Spec("net", hidden="many"), r"component\.hidden: expected a whole number, got 'many'$"),
        (Spec("net", hidden=1.5), r"component\.hidden: expected a whole number, got 1\.5$"),
        (Spec("net", hidden=True), r"component\.hidden: expected a whole number, got True"),
        (Spec("net", dropout=False), r"component\.dropout: expected a number, got False"),
        (Spec("net", activation="gelu"), r"component\.activation: expected one of 'relu', 'tanh', got 'gelu'$"),
        (
            Spec("net", fanouts=[1, "x"]),
            r"component\.fanouts: expected a list, each a whole number, or None, got \[1, 'x'\]$",
        ),
        (Spec("picky"), r"component 'picky' needs the option 'weight'; set component\.weight"),
        (Spec("picky", weight=-1), "component 'picky': weight must not be negative"),
        (Spec("pair", first=3), r"component\.first: expected Spec, got 3 .*expected a name or a mapping"),
    ],
)
def test_a_wrong_option_is_explained(spec: Spec, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        spec.build(COMPONENTS)


def test_an_unknown_component_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown component 'nett'; did you mean 'net'\?"):
        Spec("nett").build(COMPONENTS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": "8"}, r"Net\.hidden: expected a whole number, got '8'"),
        ({"hidden": 8.5}, r"Net\.hidden: expected a whole number, got 8\.5"),
        ({"hidden": True}, r"Net\.hidden: expected a whole number, got True"),
        ({"dropout": "half"}, r"Net\.dropout: expected a number, got 'half'"),
        ({"dropout": None}, r"Net\.dropout: expected a number, got None"),
        ({"fanouts": 5}, r"Net\.fanouts: expected a list, each a whole number, or None, got 5"),
        ({"fanouts": (5, "x")}, r"Net\.fanouts: expected a list, each a whole number, or None, got \(5, 'x'\)"),
        ({"bias": "false"}, r"Net\.bias: expected True or False, got 'false'"),
        ({"bias": 1}, r"Net\.bias: expected True or False, got 1"),
        ({"title": 3}, r"Net\.title: expected text or None, got 3"),
    ],
)
def test_python_constructors_want_what_their_annotations_say(options: dict[str, Any], message: str) -> None:
    class Net(Base):
        name = "net"

        def __init__(
            self,
            fanouts: tuple[int, ...] | None = None,
            bias: bool = True,
            title: str | None = None,
            **options: Any,
        ):
            super().__init__(**options)
            self.fanouts, self.bias, self.title = fanouts, bias, title

    Net(fanouts=[5, np.int64(3)], bias=np.bool_(True), title=Path("x"))
    with pytest.raises(ConfigError, match=message):
        Net(**options)


def test_numbers_of_numpy_are_numbers_and_none_is_kept() -> None:
    net = Net(hidden=np.int64(8), dropout=np.float32(0.5), fanouts=None)
    assert net.spec().to_dict() == {"name": "net", "activation": "relu", "fanouts": None, "hidden": 8, "dropout": 0.5}
    assert Base(8, 0).dropout == 0


def test_text_from_a_command_line_becomes_the_annotated_type() -> None:
    net = Spec("net", hidden="16", dropout="0.25", fanouts=[5, 5]).build(COMPONENTS)
    assert (net.hidden, net.dropout, net.fanouts) == (16, 0.25, (5, 5))
    assert Spec("picky", weight=1, untyped="kept").build(COMPONENTS).untyped == "kept"


@pytest.mark.parametrize("value", ["net", {"name": "net"}, Spec("net")])
def test_parse_accepts_names_mappings_and_specs(value: object) -> None:
    assert Spec.parse(value) == Spec("net")


def test_parse_accepts_an_object() -> None:
    assert Spec.parse(Net(hidden=3)) == Spec("net", hidden=3, dropout=0.5, activation="relu", fanouts=None)


@pytest.mark.parametrize("value", [3, None, ["net"], {"hidden": 3}, {"name": 3}])
def test_parse_refuses_the_rest(value: object) -> None:
    with pytest.raises(ConfigError, match="expected a name or a mapping with the key 'name', got"):
        Spec.parse(value)


def test_yaml_round_trip() -> None:
    spec = Spec("pair", first=Spec("net", fanouts=(5, 10)), rest=["fixed", {"name": "picky", "weight": 0.1}])
    text = yaml.safe_dump(spec.to_dict(), sort_keys=False)
    assert text.startswith("name: pair\nfirst:\n  name: net\n")
    assert Spec.parse(yaml.safe_load(text)) == spec


def test_nested_components_survive_build_and_spec() -> None:
    pair = Spec("pair", first="fixed", rest=[Spec("net", hidden=2)]).build(COMPONENTS)
    assert pair.first == Spec("fixed")
    assert pair.rest[0].build(COMPONENTS).hidden == 2
    assert Spec.parse(pair.spec().to_dict()).build(COMPONENTS) == pair


def test_a_spec_is_immutable() -> None:
    options = {"hidden": 3}
    spec = Spec("net", **options)
    options["hidden"] = 4
    with pytest.raises(AttributeError, match="immutable; use override"):
        spec.name = "other"
    with pytest.raises(TypeError, match="does not support item assignment"):
        spec.options["hidden"] = 4
    assert spec == Spec("net", hidden=3)


def test_override_makes_another_spec() -> None:
    spec = Spec("net", hidden=3, dropout=0.1)
    assert spec.override(hidden=4, activation="tanh") == Spec("net", hidden=4, dropout=0.1, activation="tanh")
    assert spec == Spec("net", hidden=3, dropout=0.1)


def test_an_option_cannot_be_called_name() -> None:
    with pytest.raises(ConfigError, match=r"'name' is the name of the component \('net'\)"):
        Spec.parse("net").override(name="other")


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda spec: pickle.loads(pickle.dumps(spec))])
def test_specs_can_be_copied_and_sent_to_other_processes(again) -> None:
    spec = Spec("pair", first=Spec("net", hidden=3))
    assert again(spec) == spec
    assert isinstance(again(spec).options["first"], Spec)


def test_equality_and_hash_go_by_content() -> None:
    assert Spec("net", fanouts=(1, 2)) == Spec("net", fanouts=[1, 2])
    assert hash(Spec("net", fanouts=(1, 2))) == hash(Spec("net", fanouts=[1, 2]))
    assert Spec("net") != Spec("net", hidden=1)
    assert Spec("net") != "net"
    assert Net(hidden=1) == Net(hidden=1)
    assert Net(hidden=1) != Net(hidden=2)
    assert Net() != Base()


def test_repr_reads_like_the_call_that_makes_it() -> None:
    assert repr(Spec("net", hidden=3, activation="tanh")) == "Spec('net', hidden=3, activation='tanh')"
    assert repr(Picky(0.5)) == "Spec('picky', weight=0.5, untyped=None)"


class Own(Configurable):
    """Somebody's own class, which no registry names; nor has it a name or a citation."""

    def __init__(self, hidden: int = 3):
        self.hidden = hidden


def test_a_class_of_ones_own_is_named_by_its_import_path() -> None:
    spec = Spec.parse(Own(hidden=4))
    assert spec.to_dict() == {"name": "tests.core.test_spec:Own", "hidden": 4}
    assert spec.build(COMPONENTS) == Own(hidden=4)
    assert Spec.parse(yaml.safe_load(yaml.safe_dump(spec.to_dict()))).resolved(COMPONENTS) == spec
    assert (Own.name, Own.citation) == ("Own", "unpublished")


def test_equal_objects_have_equal_hashes() -> None:
    assert hash(Own(3)) == hash(Own(3))
    assert len({Own(3), Own(3), Own(4)}) == 2


def test_plain_turns_scalars_of_numpy_into_numbers() -> None:
    made = plain({"a": [np.int64(3), np.float32(0.5)], "b": np.bool_(True)})
    assert made == {"a": [3, 0.5], "b": True}
    assert [type(value) for value in (*made["a"], made["b"])] == [int, float, bool]


def test_plain_reaches_into_containers() -> None:
    assert plain({"a": (1, Spec("net")), 2: [Fixed()]}) == {"a": [1, {"name": "net"}], "2": [{"name": "fixed"}]}


def test_a_spec_is_a_pydantic_field() -> None:
    class Config(pydantic.BaseModel):
        method: Spec

    config = Config(method={"name": "net", "hidden": 3})
    assert config.method == Spec("net", hidden=3)
    assert config.model_dump() == {"method": {"name": "net", "hidden": 3}}
    with pytest.raises(pydantic.ValidationError, match="expected a name or a mapping"):
        Config(method=3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Net(hiden=3),
            "^Net has no option 'hiden'; did you mean 'hidden'\\? .options: activation, fanouts, hidden",
        ),
        (lambda: Fixed(weight=1), "^Fixed has no option 'weight' .options: none.$"),
        (lambda: Net(activation="gelu"), "^Net.activation: expected one of 'relu', 'tanh', got 'gelu'$"),
        (lambda: Net("gelu"), "^Net.activation: expected one of 'relu', 'tanh', got 'gelu'$"),
        (lambda: Net(None), "^Net.activation: expected one of 'relu', 'tanh', got None$"),
    ],
)
def test_python_constructors_refuse_what_a_spec_would(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()


def test_what_python_can_hold_and_yaml_cannot_passes() -> None:
    assert Net("tanh", fanouts=[5, 3], dropout=np.float64(0.1)).fanouts == [5, 3]  # type: ignore[arg-type]


def test_a_copy_of_a_component_is_an_equal_one() -> None:
    net = Net("tanh", hidden=3)
    assert copy.deepcopy(net) == copy.copy(net) == pickle.loads(pickle.dumps(net)) == net
