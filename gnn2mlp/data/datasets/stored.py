"""A data set that the package wrote itself."""

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.core.files import user_path
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.datasets._base import Dataset, RawFiles
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.stored import load_data


class Stored(Dataset):
    """What is left of a data set after a removal, as `gnn2mlp unlearn` writes it beside the models.

    Args:
        path: of the file; a relative one is looked up in the working directory, then in the data root.
        digest: that the data have to have; default: any.
        cite: whom to cite, as the data set said from which something was removed.
    """

    name = "stored"
    citation = "the publication of the data from which something was removed"
    split = Spec("carried")

    def __init__(self, path: str, digest: str | None = None, cite: str | None = None):
        self.path = path
        self.digest = digest
        self.cite = cite
        if cite is not None:
            vars(self)["citation"] = cite  # of this object; the class has its own

    def load(self, files: RawFiles) -> NodeData:
        """Read the file.

        Raises:
            DataError: if there is none, it cannot be read, or its data have another digest.
        """
        places = [user_path(self.path, "dataset"), *([] if files.root is None else [files.root / self.path])]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            raise DataError(f"expected a data set at {' or '.join(map(str, places))}, found none; correct the path")
        try:
            data = load_data(path)
        except ArtefactError as error:
            raise DataError(str(error)) from error
        if self.digest is not None and data.digest != self.digest:
            raise DataError(
                f"expected data of the digest {self.digest} in {path}, got {data.digest}: the file was replaced; "
                "name the right file, or leave out dataset.digest"
            )
        return data
