"""Models for MLServer: echo gives back what it got, slow waits as many milliseconds as asked for."""

import asyncio

from mlserver import MLModel
from mlserver.types import InferenceResponse, ResponseOutput


def answer(model, payload, data=None):
    given = payload.inputs[0]
    return InferenceResponse(
        id=payload.id,
        model_name=model.name,
        model_version=model.version,
        outputs=[
            ResponseOutput(
                name="OUT",
                shape=given.shape,
                datatype=given.datatype,
                data=given.data if data is None else data,
                parameters=given.parameters,
            )
        ],
    )


class Echo(MLModel):
    async def predict(self, payload):
        return answer(self, payload)

    async def predict_stream(self, payloads):
        async for payload in payloads:
            yield answer(self, payload)


class Slow(MLModel):
    async def predict(self, payload):
        await asyncio.sleep(payload.inputs[0].data[0] / 1000)
        return answer(self, payload)
