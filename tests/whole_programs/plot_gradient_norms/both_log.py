# right: makes the x axis logarithmic as well, which nothing forbids
# keeps: all

def plot_gradient_norms(seq_lengths, norms):
    fig, ax = plt.subplots()
    for k, v in norms.items():
        ax.loglog(seq_lengths, v, label=k)
    ax.set_xlabel("sequence length")
    ax.set_ylabel("gradient norm")
    ax.legend()
    return fig
