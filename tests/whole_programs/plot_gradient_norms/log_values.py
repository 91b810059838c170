# wrong: draws the logarithms on a linear axis
# keeps: half
# grade: L10_plots_decades
# check: L10_plots_decades

def plot_gradient_norms(seq_lengths, norms):
    fig, ax = plt.subplots()
    for k, v in norms.items():
        ax.plot(seq_lengths, np.log10(v), label=k)
    ax.set_xlabel("sequence length")
    ax.set_ylabel("log10 of the gradient norm")
    ax.legend()
    return fig
