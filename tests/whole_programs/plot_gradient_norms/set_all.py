# right: sets everything in one call and gives the legend lists
# keeps: all

def plot_gradient_norms(seq_lengths, norms):
    fig = plt.figure()
    ax = fig.add_subplot()
    handles = [ax.plot(seq_lengths, v)[0] for v in norms.values()]
    ax.set(yscale="log", xlabel="length", ylabel="norm", title="Gradient flow")
    ax.legend(handles, list(norms))
    return fig
