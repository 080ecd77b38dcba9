"""torch on pyarrow's batches, on all its threads."""

import warnings

import batches
import pyarrow as pa
import task
import torch

# Arrow's buffers are read-only, and nothing here writes to them.
warnings.filterwarnings("ignore", message="The given NumPy array is not writable")


def work(function, source, target, compression):
    def compute(columns):
        tensors = [torch.from_numpy(column) for column in columns]
        if function == "softmax":
            return [row.numpy() for row in torch.softmax(torch.stack(tensors), dim=0)]
        return [getattr(torch, function)(tensor).numpy() for tensor in tensors]

    batches.transform(source, target, compression, compute)


task.run({"torch": torch.__version__, "pyarrow": pa.__version__}, work)
