"""A bare FastAPI application that sends back what it was sent: what `load.py` measures `gnn2mlp serve` beside.

python benchmarks/serving/echo.py PORT
"""

import sys

import uvicorn
from fastapi import FastAPI, Request, Response

app = FastAPI()


@app.post("/predict")
async def echo(request: Request) -> Response:
    """Send it back."""
    return Response(await request.body(), media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
