"""What the codes of atoms and bonds stand for in OGB's molecules (`ogb.utils.features`, release 1.3.6)."""

from typing import Any

# The chemical elements in the order of their numbers, as any periodic table has them.
_ELEMENTS = (
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb "
    "Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au "
    "Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv "
    "Ts Og"
)
_OTHER = "other"


def _with_other(values: Any) -> tuple[Any, ...]:
    return (*map(str, values), _OTHER)


ATOM_FIELDS: dict[str, tuple[Any, ...]] = {
    "element": _with_other(_ELEMENTS.split()),
    "chirality": ("none", "clockwise", "counterclockwise", "other chirality", _OTHER),
    "degree": _with_other(range(11)),
    "charge": _with_other(range(-5, 6)),
    "hydrogens": _with_other(range(9)),
    "radical_electrons": _with_other(range(5)),
    "hybridization": _with_other(["SP", "SP2", "SP3", "SP3D", "SP3D2"]),
    "aromatic": ("no", "yes"),
    "in_ring": ("no", "yes"),
}
"""By field of an atom, what its codes stand for, in their order."""

BOND_FIELDS: dict[str, tuple[Any, ...]] = {
    "bond": ("single", "double", "triple", "aromatic", _OTHER),
    "stereo": ("none", "Z", "E", "cis", "trans", "any"),
    "conjugated": ("no", "yes"),
}
"""By field of a bond, what its codes stand for, in their order."""
