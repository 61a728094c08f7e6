"""Tensors for the models of the tests, which all have one input, IN."""

import numpy as np
import tritonclient.grpc as triton


def tensor(values, datatype):
    values = np.asarray(values)
    made = triton.InferInput("IN", list(values.shape), datatype)
    made.set_data_from_numpy(values)
    return [made]
