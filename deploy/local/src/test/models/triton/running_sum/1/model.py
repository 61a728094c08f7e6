import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests):
        return [self._add(request) for request in requests]

    def _add(self, request):
        value = pb_utils.get_input_tensor_by_name(request, "IN").as_numpy()
        starts = pb_utils.get_input_tensor_by_name(request, "START").as_numpy().ravel()[0] == 1
        self._sum = value if starts else self._sum + value
        return pb_utils.InferenceResponse([pb_utils.Tensor("OUT", self._sum)])
