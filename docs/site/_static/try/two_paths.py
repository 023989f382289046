from page import show

from autograd import Value, sigmoid

# One weight reaches the loss along two ways: through O21 and through O22.
w1 = Value(0.5, label="w1", role="parameter")
o11, o12 = sigmoid(w1 * 0.8), sigmoid(w1 * -0.4)
o21, o22 = sigmoid(-0.7 * o11), sigmoid(0.9 * o12)
o31 = sigmoid(1.1 * o21 - 1.3 * o22)
L = (1 - o31) ** 2
for node, name in ((o11, "O11"), (o12, "O12"), (o21, "O21"), (o22, "O22"), (o31, "O31"), (L, "L")):
    node.label = name

L.backward()
print("w1.grad =", w1.grad)
show(L, w1)
