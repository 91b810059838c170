# wrong: labels the lines and never draws the legend
# keeps: most
# grade: L41_no_legend
# check: L41_no_legend

def plot_gradient_norms(seq_lengths, norms):
    fig, ax = plt.subplots()
    for k, v in norms.items():
        ax.plot(seq_lengths, v, label=k)
    ax.set_yscale("log")
    ax.set_xlabel("sequence length")
    ax.set_ylabel("gradient norm")
    return fig
