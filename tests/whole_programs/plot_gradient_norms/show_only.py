# wrong: shows the figure and returns nothing
# keeps: nothing

def plot_gradient_norms(seq_lengths, norms):
    for k, v in norms.items():
        plt.semilogy(seq_lengths, v, label=k)
    plt.xlabel("sequence length")
    plt.ylabel("gradient norm")
    plt.legend()
    plt.show()
