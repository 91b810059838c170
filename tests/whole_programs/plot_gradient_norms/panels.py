# wrong: gives each name a panel of its own
# keeps: half
# grade: L43_one_panel_each
# check: L43_one_panel_each

def plot_gradient_norms(seq_lengths, norms):
    fig, axs = plt.subplots(1, len(norms), squeeze=False)
    for ax, (k, v) in zip(axs[0], norms.items()):
        ax.semilogy(seq_lengths, v, label=k)
        ax.set_xlabel("sequence length")
        ax.set_ylabel("gradient norm")
        ax.legend()
    return fig
