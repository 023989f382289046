from page import show

import nn
from autograd import mean

# XOR: no single neuron can do it, a hidden layer can.
X, y = nn.datasets.xor()
model = nn.MLP(2, [4, 1], activation="tanh", seed=1)
for step in range(101):
    loss = mean([(model(x) - target) ** 2 for x, target in zip(X, y, strict=True)])
    model.zero_grad()
    loss.backward()
    nn.sgd(model.parameters(), lr=0.2)
    if step % 20 == 0:
        print(f"step {step:3}: loss {loss.data:.4f}")

for x, target in zip(X, y, strict=True):
    print(x, target, round(model(x).data, 3))
show((model(X[1]) - y[1]) ** 2)
