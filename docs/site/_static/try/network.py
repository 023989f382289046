from page import show

import nn
from autograd import Value

# Two inputs, two hidden neurons, one output: one example and its loss.
model = nn.MLP(2, [2, 1], activation="tanh", seed=1)
x = [Value(0.5, label="x0", role="input"), Value(-1.0, label="x1", role="input")]
loss = (model(x) - 1.0) ** 2
loss.label = "loss"
loss.backward()

for weight in model.parameters():
    print(f"{weight.label:25} {weight.data:8.4f}   gradient {weight.grad:8.4f}")
show(loss, model.parameters()[0])
