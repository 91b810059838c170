# wrong: labels no axis
# keeps: most
# grade: L42_no_x_label L42_no_y_label
# check: L42_no_x_label L42_no_y_label

def plot_gradient_norms(seq_lengths, norms):
    fig, ax = plt.subplots()
    ax.set_yscale("log")
    for k, v in norms.items():
        ax.plot(seq_lengths, v, label=k)
    ax.legend(loc="best")
    return fig
