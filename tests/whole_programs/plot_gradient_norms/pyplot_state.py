# right: pyplot calls on a new figure
# keeps: all

def plot_gradient_norms(seq_lengths, norms):
    figure = plt.figure(figsize=(6, 4))
    for name, values in norms.items():
        plt.plot(seq_lengths, values, label=name)
    plt.yscale("log")
    plt.xlabel("T")
    plt.ylabel("norm")
    plt.legend()
    plt.grid(True)
    return figure
