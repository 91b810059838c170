# wrong: draws against the position in the list
# keeps: most
# grade: L45_numbers_points
# check: L45_numbers_points

def plot_gradient_norms(seq_lengths, norms):
    fig, ax = plt.subplots()
    for k, v in norms.items():
        ax.plot(v, label=k)
    ax.set_yscale("log")
    ax.set_xlabel("sequence length")
    ax.set_ylabel("gradient norm")
    ax.legend()
    return fig
