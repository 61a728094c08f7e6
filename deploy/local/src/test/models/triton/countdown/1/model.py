import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        for request in requests:
            sender = request.get_response_sender()
            answers = int(pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()[0])
            for left in reversed(range(answers)):
                sender.send(pb_utils.InferenceResponse([pb_utils.Tensor("OUT", np.array([left], dtype=np.int32))]))
            sender.send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
        return None
