# right: semilogy on new axes
# keeps: all

def plot_gradient_norms(seq_lengths, norms):
    fig, ax = plt.subplots()
    for name in norms:
        ax.semilogy(seq_lengths, norms[name], "o-", label=name)
    ax.set_xlabel("sequence length")
    ax.set_ylabel("gradient norm")
    ax.legend()
    return fig
