"""A tutorial of ten minutes, as a marimo notebook: from one inequality to a theorem for every depth.

marimo edit gradproof/tutorial.py
"""

import marimo

app = marimo.App(app_title="gradproof in ten minutes")


@app.cell
def _():
    import contextlib
    import io
    import tempfile

    import marimo as mo

    from gradproof.cli import run
    from numerics import settle, sweep
    from numerics.deadline import Deadline
    from numerics.extrema.extremum import extremum
    from theory import CLAIMS, Chain, parse_claim
    from theory.parsing import parse_expression

    return (
        CLAIMS, Chain, Deadline, contextlib, extremum, io, mo, parse_claim, parse_expression, run, settle, sweep,
        tempfile,
    )  # fmt: skip


@app.cell
def _(mo):
    mo.md(
        r"""
        # From one inequality to every depth

        A chain of $l$ layers is $x \mapsto \tanh(\theta_l \tanh(\cdots\tanh(\theta_1 x)))$. Its gradient with respect
        to $\theta_k$ is small whenever some layer saturates: that is the vanishing gradient. How *large* can
        $|\theta_k\,\partial g/\partial\theta_k|$ ever be, at any depth? One function of one variable decides it:

        $$u \operatorname{sech}^2 u .$$
        """
    )


@app.cell
def _(mo):
    mo.md(
        r"""
        ## 1. Is it true?

        Plotting suggests that $u \operatorname{sech}^2 u$ stays below 0.45. A plot is no proof. Write the statement
        down, and ask.
        """
    )


@app.cell
def _(parse_claim, settle):
    below = settle(parse_claim("u*(1 - tanh(u)**2) <= 9/20", where=["u >= 0"]))
    below
    return (below,)


@app.cell
def _(mo):
    mo.md("Is 0.4 enough as well? A statement that is false comes back with a point where it fails, in exact numbers.")


@app.cell
def _(parse_claim, settle):
    too_small = settle(parse_claim("u*(1 - tanh(u)**2) <= 2/5", where=["u >= 0"]))
    too_small
    return (too_small,)


@app.cell
def _(mo):
    mo.md(
        r"""
        ## 2. What is the best constant?

        Between 0.4 and 0.45 there is one. It is enclosed to as many digits as you like: both ends are certain.
        """
    )


@app.cell
def _(Deadline, extremum, parse_expression):
    function, needed = parse_expression("u*(1 - tanh(u)**2)")
    best = extremum(function, [], (), 30, Deadline.after(60), True, needed)
    best.value
    return (best,)


@app.cell
def _(mo):
    mo.md(
        r"""
        ## 3. What has it to do with depth?

        SymPy writes down the gradient of a chain, here of three layers:
        """
    )


@app.cell
def _(Chain):
    gradient = Chain(3).gradient(1)
    gradient
    return (gradient,)


@app.cell
def _(mo):
    mo.md(
        r"""
        Every layer contributes a factor $\operatorname{sech}^2 z_i$. The claim is that the constant of step 2 bounds
        $|\theta_k\,\partial g/\partial\theta_k|$ at **every** depth and in every layer. It stands in the ledger, and
        says how it follows: a bound for one layer, and a step from $l$ layers to $l + 1$. The engines show both.
        """
    )


@app.cell
def _(CLAIMS):
    universal = CLAIMS["new/universal-bound"]
    universal
    return (universal,)


@app.cell
def _(universal):
    every_depth = universal.check()
    every_depth
    return (every_depth,)


@app.cell
def _(mo):
    mo.md(
        r"""
        The same constant came out twice: as the maximum of a function, and as the least upper bound over all chains.

        ## 4. Must you believe it?

        No. A certificate lists the steps, and a program of its own, with no code or arithmetic of the prover, checks
        them again: interval arithmetic over fractions, and exact algebra. Steps for which it has no arithmetic it
        tests at exact points, and says so.
        """
    )


@app.cell
def _(contextlib, io, run, tempfile):
    folder = tempfile.TemporaryDirectory()
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()):
        written = run(["check", "ven-lederer/tanh-derivative", "new/monotone-in-layer", "--certificates", folder.name])
        verified = run(["verify", folder.name])
    folder.cleanup()
    checked = said.getvalue().splitlines()[-1]
    checked
    return checked, verified, written


@app.cell
def _(mo):
    mo.md(
        r"""
        ## 5. What a paper says, and what is true

        A theorem of a paper promises a gradient of at most $t$ for all $t < 1$. It is true for some $t$ only, and
        gradproof says for which, exactly.
        """
    )


@app.cell
def _(CLAIMS):
    printed = CLAIMS["ven-lederer/theorem-1/proof/first-output"]
    printed_verdict = printed.check()
    printed_verdict
    return printed, printed_verdict


@app.cell
def _(mo):
    mo.md(
        r"""
        ## 6. A thousand layers

        What is proved for every depth can be looked at too. A sweep computes the gradient on grids of
        $(\theta, x, \alpha)$, finite far below the smallest double. Only near $\theta = 1$ does anything survive.
        """
    )


@app.cell
def _(sweep):
    deep = sweep(theta=[0.9, 0.99, 1, 1.01, 1.1], x=1, alpha=1, depth=1000, layers=[1])
    log_gradients = deep.log_gradient.values.ravel()
    dict(zip(deep.theta.values.tolist(), log_gradients.tolist(), strict=True))
    return deep, log_gradients


@app.cell
def _(mo):
    mo.md(
        """
        Where to go from here: `gradproof check` settles the whole ledger, `gradproof prove` your own statements,
        `gradproof sweep --rigorous` gives certain bounds over whole cells, and a test that asks for the fixture `prove`
        makes pytest a proof checker.
        """
    )


if __name__ == "__main__":
    app.run()
