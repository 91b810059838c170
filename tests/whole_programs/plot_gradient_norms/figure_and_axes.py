# wrong: returns figure and axes
# keeps: most
# grade: L53_returns_a_pair
# check: L53_returns_a_pair

def plot_gradient_norms(seq_lengths, norms):
    fig, ax = plt.subplots()
    for k, v in norms.items():
        ax.semilogy(seq_lengths, v, label=k)
    ax.set_xlabel("sequence length")
    ax.set_ylabel("gradient norm")
    ax.legend()
    return fig, ax
