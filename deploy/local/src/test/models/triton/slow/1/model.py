import time

import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        self._cancelled = 0

    def execute(self, requests):
        return [self._wait(request) for request in requests]

    def _wait(self, request):
        wanted = int(pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()[0])
        end = time.monotonic() + wanted / 1000
        while time.monotonic() < end:
            if request.is_cancelled():
                self._cancelled += 1
                return pb_utils.InferenceResponse(error=pb_utils.TritonError("cancelled", pb_utils.TritonError.CANCELLED))
            time.sleep(0.01)
        answer = self._cancelled if wanted < 0 else wanted
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUT", np.array([answer], dtype=np.int32))])
