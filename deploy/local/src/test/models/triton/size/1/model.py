import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor("OUT", np.array([pb_utils.get_input_tensor_by_name(request, "IN").as_numpy().size]))]
            )
            for request in requests
        ]
