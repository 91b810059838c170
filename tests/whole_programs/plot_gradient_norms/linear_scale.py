# wrong: leaves the y axis linear
# keeps: most
# grade: L10_linear_axis
# check: L10_linear_axis

def plot_gradient_norms(seq_lengths, norms):
    fig, ax = plt.subplots()
    for k, v in norms.items():
        ax.plot(seq_lengths, v, marker="o", label=k)
    ax.set_xlabel("sequence length")
    ax.set_ylabel("gradient norm")
    ax.legend()
    return fig
