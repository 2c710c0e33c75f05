# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""The page of `gradproof explore`: controls and views. What they show is computed by the modules beside this one."""

import marimo

app = marimo.App(width="medium", app_title="gradproof")


@app.cell
def _():
    from fractions import Fraction

    import marimo as mo

    from gradproof.explorer import catalogue, chain_data, figures, jobs, pages, phase_data, settings, svg, trial
    from gradproof.usage import UsageError
    from theory.activations import ACTIVATIONS
    from theory.errors import StatementError
    from theory.ledger import CLAIMS
    from theory.losses import LOSSES

    return (
        ACTIVATIONS, CLAIMS, Fraction, LOSSES, StatementError, UsageError, catalogue, chain_data, figures, jobs, mo,
        pages, phase_data, settings, svg, trial,
    )  # fmt: skip


@app.cell
def _(mo):
    address = mo.query_params().to_dict()
    return (address,)


@app.cell
def _(address, settings):
    start = settings.Settings(address)
    return (start,)


@app.cell
def _(mo, settings, start):
    tabs = mo.ui.tabs(
        dict.fromkeys(settings.VIEWS, ""),
        value=settings.VIEWS[settings.KEYS.index(start.choice("view", settings.KEYS))],
    )
    return (tabs,)


@app.cell
def _(mo, tabs):
    mo.vstack([mo.md("# gradproof"), tabs], gap=0.5)


# -- Claims ----------------------------------------------------------------------------------------------------------


@app.cell
def _(catalogue, mo, start):
    source = mo.ui.dropdown(
        ["all", *catalogue.sources()], value=start.choice("source", ["all", *catalogue.sources()]), label="source"
    )
    find = mo.ui.text(value=start.text("find"), label="find", placeholder="words of an id or a statement")
    get_claim, set_claim = mo.state(start.choice("claim", catalogue.CLAIMS))
    get_job, set_job = mo.state(None)
    get_settled, set_settled = mo.state(0)
    return find, get_claim, get_job, get_settled, set_claim, set_job, set_settled, source


@app.cell
def _(catalogue, find, get_settled, jobs, mo, set_claim, source):
    _ = get_settled()
    shown_ids = catalogue.matching(source.value, find.value)
    table = mo.ui.table(
        catalogue.rows(shown_ids, jobs.KNOWN), selection="single", page_size=8, show_column_summaries=False,
        show_data_types=False, wrapped_columns=["claim", "statement"], show_download=False, show_search=False,
        on_change=lambda chosen: set_claim(chosen[0]["claim"]) if chosen else None,
        label=f"{len(shown_ids)} claims; choose one to see it below",
    )  # fmt: skip
    return shown_ids, table


@app.cell
def _(mo):
    settle = mo.ui.run_button(label="Settle this claim")
    settle_shown = mo.ui.run_button(label="Settle all that are listed")
    stop = mo.ui.run_button(label="Stop", kind="danger")
    pulse = mo.ui.refresh(default_interval="1s")
    return pulse, settle, settle_shown, stop


@app.cell
def _(CLAIMS, get_claim, jobs, set_job, settle, settle_shown, shown_ids):
    if settle.value:
        set_job(jobs.settle_claims([CLAIMS[get_claim()]]))
    if settle_shown.value:
        set_job(jobs.settle_claims([CLAIMS[_id] for _id in shown_ids]))


@app.cell
def _(get_job, stop):
    if stop.value and get_job() is not None:
        get_job().stop()


@app.cell
def _(get_job, get_settled, mo, pulse, set_settled, stop):
    _ = pulse.value
    _job = get_job()
    if _job is None:
        progress = mo.md("")
    elif _job.running:
        _done = f"{len(_job.results)} of {len(_job.keys)} settled, {_job.seconds:.0f} s"
        _bar = f'<progress value="{len(_job.results)}" max="{max(1, len(_job.keys))}" style="width:12em"></progress>'
        progress = mo.vstack(
            [mo.hstack([mo.Html(_bar), mo.md(_done), stop, pulse], justify="start"), mo.md(", ".join(_job.working))]
        )
    else:
        _end = "stopped" if _job.stopped else (_job.fault or "done")
        progress = mo.md(f"{_end}: {len(_job.results)} of {len(_job.keys)} settled in {_job.seconds:.1f} s")
        if not _job.told:
            _job.told = True
            set_settled(get_settled() + 1)
    return (progress,)


@app.cell
def _(
    CLAIMS, catalogue, figures, find, get_claim, get_job, get_settled, jobs, mo, pages, progress, settings, settle,
    settle_shown, source, table, tabs,
):  # fmt: skip
    mo.stop(tabs.value != settings.VIEWS[0])
    _ = get_settled()
    claim = CLAIMS[get_claim()]
    verdict = jobs.KNOWN.get(claim.id)
    if verdict is None and get_job() is not None:
        verdict = get_job().results.get(claim.id)
    _parts = [mo.md(f"## `{claim.id}`"), mo.md(claim.text)]
    for _word, _formulas in catalogue.formulas(claim).items():
        if _formulas:
            _tex = " ".join(f"$$\\displaystyle {_formula}$$" for _formula in _formulas)
            _parts.append(mo.hstack([mo.md(f"*{_word}*"), mo.md(_tex).style(overflow_x="auto")],
                                    justify="start", align="start", gap=1))  # fmt: skip
    if claim.source:
        _year = f" ({claim.source.year})" if claim.source.year else ""
        _parts.append(mo.md(f"*source* {claim.source.authors}, {claim.source.title}{_year}. {claim.place}"))
    if verdict is None:
        _parts.append(mo.md("*verdict* not settled here yet"))
    elif isinstance(verdict, ValueError):
        _parts.append(mo.callout(mo.md(str(verdict)), kind="warn"))
    else:
        _parts.append(mo.Html(pages.verdict_html(verdict)))
        _line = verdict.range and figures.range_line(verdict.range)
        if _line:
            _parts.append(mo.Html(_line))
        _at = catalogue.chain_link(verdict.witness)
        if _at:
            _parts.append(mo.Html(f'<a href="{_at}" target="_self">The witness in the Chain view</a>'))
    _corrected = catalogue.correction(claim)
    if _corrected is not None:
        _parts.append(mo.callout(mo.vstack([
            mo.md(f"**What was wrong**: {catalogue.wrong(claim)}."), mo.md(f"**What is true**: {_corrected.text}"),
            mo.Html(f'<a href="{settings.link("claims", claim=_corrected.id)}" target="_self">{_corrected.id}</a>'),
        ]), kind="info"))  # fmt: skip
    _false = catalogue.corrects(claim)
    if _false is not None:
        _parts.append(mo.Html(f'stands for <a href="{settings.link("claims", claim=_false.id)}" target="_self">'
                              f"{_false.id}</a>, which is false"))  # fmt: skip
    _here = settings.link("claims", claim=claim.id, source=source.value, find=find.value)
    _rows = catalogue.rows(catalogue.matching(source.value, find.value), jobs.KNOWN)
    mo.vstack([
        mo.hstack([source, find], justify="start", wrap=True), table, mo.hstack([settle, settle_shown],
        justify="start", wrap=True), progress, *_parts,
        mo.hstack([
            mo.Html(pages.back_link(_here)),
            mo.download(lambda: pages.csv_text(_rows), filename="claims.csv", label="Claims as CSV"),
        ], justify="start", wrap=True),
    ])  # fmt: skip
    return claim, verdict


# -- Chain -----------------------------------------------------------------------------------------------------------


@app.cell
def _(ACTIVATIONS, LOSSES, mo, settings, start):
    def _slider(key, low, high, step, label):
        _value = min(max(start.number(key, -settings.LARGEST, settings.LARGEST), low), high)
        return mo.ui.slider(low, high, step, value=_value, include_input=True, label=label, full_width=True)

    activation = mo.ui.dropdown(list(ACTIVATIONS), value=start.choice("activation", ACTIVATIONS), label="activation")
    depth = mo.ui.slider(1, settings.DEEPEST, 1, value=start.whole("depth", 1, settings.DEEPEST), include_input=True,
                         label="depth l", full_width=True)  # fmt: skip
    theta = _slider("theta", -5, 5, 0.01, "θ, in every layer")
    thetas = mo.ui.text(value=start.text("thetas"), label="or one θ for each layer", full_width=True,
                        placeholder="0.9, 11/10, -1.5, …")  # fmt: skip
    x = _slider("x", -5, 5, 0.01, "x")
    alpha = _slider("alpha", 0.1, 100, 0.1, "α, of the scaled chain")
    t = _slider("t", 0.01, 0.99, 0.01, "t, of Theorem 1")
    r = _slider("r", 0, 10, 0.01, "r, of the weight decay")
    loss = mo.ui.dropdown(list(LOSSES), value=start.choice("loss", LOSSES), label="loss h")
    y = _slider("y", -5, 5, 0.01, "target y")
    return activation, alpha, depth, loss, r, t, theta, thetas, x, y


@app.cell
def _(start):
    # What stands in an address is exact, and sliders go by steps: until a slider is moved, its own number counts.
    exact_start = {_key: start.text(_key) for _key in ("theta", "x", "alpha", "t", "r", "y")}
    return (exact_start,)


@app.cell
def _(
    StatementError, activation, alpha, chain_data, depth, exact_start, loss, mo, r, settings, t, tabs, theta, thetas, x,
    y,
):  # fmt: skip
    mo.stop(tabs.value != settings.VIEWS[1])

    def _number(key, element):
        try:
            _typed = settings.exact_number(exact_start[key], key, -settings.LARGEST, settings.LARGEST)
        except StatementError:
            _typed = None
        if _typed is not None and abs(float(_typed) - element.value) < 1e-12 * max(1, abs(float(_typed))):
            return _typed
        return settings.exact_number(float(element.value), key, -settings.LARGEST, settings.LARGEST)

    chain_error, chain = None, None
    try:
        if thetas.value.strip():
            _count = min(settings.DEEPEST, len([_p for _p in thetas.value.split(",") if _p.strip()]))
            _weights = settings.weights(thetas.value, _count)
        else:
            _weights = (_number("theta", theta),) * int(depth.value)
        chain = chain_data.view(chain_data.Point(
            activation.value, _weights, _number("x", x), _number("alpha", alpha), _number("t", t), _number("r", r),
            loss.value, _number("y", y),
        ))  # fmt: skip
    except StatementError as _error:
        chain_error = str(_error)
    return chain, chain_error


@app.cell
def _(
    CLAIMS, activation, alpha, chain, chain_data, chain_error, depth, figures, loss, mo, pages, r, settings, svg, t,
    tabs, theta, thetas, x, y,
):  # fmt: skip
    mo.stop(tabs.value != settings.VIEWS[1])
    _controls = mo.vstack([
        mo.hstack([activation, loss], justify="start", wrap=True), depth, theta, thetas, x, alpha, t, r, y,
    ])  # fmt: skip
    if chain is None:
        _shown = [mo.callout(mo.md(chain_error or ""), kind="warn")]
    else:
        _measured = chain.measurements
        _outputs = figures.chain_outputs(chain)
        _gradients = figures.chain_gradients(chain, list(_measured))
        _shown = []
        for _id, _one in _measured.items():
            if _one.admitted and _one.broken:
                _layer = _one.broken[0]
                _sure = chain_data.confirmed(CLAIMS[_id], chain, _layer)
                _how = f"Arb encloses it: {_sure}." if _sure else "Found in doubles; the line below looks closer."
                _shown.append(mo.callout(mo.Html(
                    f"<b>{dict(chain_data.SHOWN)[_id]}: broken at k = {_layer}.</b> "
                    f'<span style="overflow-wrap:anywhere">{pages.escape(_how)}</span>'
                    + pages.code(chain_data.prove_line(CLAIMS[_id], chain, _layer))
                ), kind="danger"))  # fmt: skip
        _shown += [
            mo.md("### Size of the gradient in each layer"), mo.Html(_gradients[0] + _gradients[1]),
            mo.md("### Outputs"), mo.Html(_outputs[0] + _outputs[1]),
        ]  # fmt: skip
        if _measured:
            _shown += [
                mo.md("### Hypotheses of Theorems 1 and 2 at this chain"),
                mo.Html(pages.lights_html(chain, [_id for _id, _ in chain_data.SHOWN])),
                mo.md("### What the theorems say here"), mo.Html(pages.bounds_html(chain)),
            ]  # fmt: skip
        else:
            _shown.append(mo.md("Theorems 1 and 2 are about tanh."))
        _p = chain.point
        _here = settings.link(
            "chain", activation=_p.activation, depth=_p.depth, theta=_p.theta[0] if _p.same else theta.value,
            thetas=thetas.value, x=_p.x, alpha=_p.alpha, t=_p.t, r=_p.r, loss=_p.loss, y=_p.y,
        )  # fmt: skip
        _shown.append(mo.hstack([
            mo.Html(pages.back_link(_here)),
            mo.download(lambda: svg.standing_alone(_gradients[0]), filename="gradients.svg", label="Gradients as SVG"),
            mo.download(lambda: svg.standing_alone(_outputs[0]), filename="outputs.svg", label="Outputs as SVG"),
            mo.download(lambda: pages.csv_bytes(chain.columns()), filename="chain.csv", label="Data as CSV"),
        ], justify="start", wrap=True))  # fmt: skip
    mo.vstack([_controls, *_shown])


# -- Phase diagram ---------------------------------------------------------------------------------------------------


@app.cell
def _(ACTIVATIONS, mo, phase_data, settings, start):
    across = mo.ui.dropdown(list(phase_data.AXES), value=start.choice("across", phase_data.AXES), label="across")
    up = mo.ui.dropdown(list(phase_data.AXES), value=start.choice("up", phase_data.AXES), label="up")
    phase_activation = mo.ui.dropdown(
        list(ACTIVATIONS), value=start.choice("activation", ACTIVATIONS), label="activation"
    )
    cells = mo.ui.dropdown(["64", "128", "256", "512"], value=start.choice("cells", ("64", "128", "256", "512")),
                           label="points in each direction")  # fmt: skip
    epsilon = mo.ui.text(value=start.text("epsilon"), label="vanishes below ε =")
    phase_layer = mo.ui.number(1, settings.DEEPEST, value=start.whole("layer", 1, settings.DEEPEST), label="layer k")
    ends = mo.ui.dictionary({
        _key: mo.ui.text(value=start.text(_key), label=_label)
        for _key, _label in (("a0", "across: from"), ("a1", "to"), ("b0", "up: from"), ("b1", "to"))
    })  # fmt: skip
    fixed = mo.ui.dictionary({
        _key: mo.ui.text(value=start.text(_key), label=f"{phase_data.SYMBOLS[_key]} =") for _key in phase_data.AXES
    })  # fmt: skip
    store = mo.ui.text(value=start.text("store"), label="or a store that gradproof sweep --out wrote",
                       placeholder="sweep.zarr", full_width=True)  # fmt: skip
    return across, cells, ends, epsilon, fixed, phase_activation, phase_layer, store, up


@app.cell
def _(
    StatementError, UsageError, across, cells, ends, epsilon, fixed, mo, phase_activation, phase_data, phase_layer,
    settings, store, tabs, up,
):  # fmt: skip
    mo.stop(tabs.value != settings.VIEWS[2])
    diagram, phase_error, small = None, None, 1e-6
    try:
        _n = lambda text, role: float(settings.exact_number(text, role, -(10**6), 10**6))  # noqa: E731
        small = float(settings.exact_number(epsilon.value, "ε", 1e-300, 0.999))
        if store.value.strip():
            diagram = phase_data.stored(store.value.strip())
        else:
            _ends = {across.value: (_n(ends.value["a0"], "from"), _n(ends.value["a1"], "to")),
                     up.value: (_n(ends.value["b0"], "from"), _n(ends.value["b1"], "to"))}  # fmt: skip
            _fixed = {_key: _n(_text, _key) for _key, _text in fixed.value.items()}
            _fixed["depth"] = settings.whole_number(fixed.value["depth"], "depth", 1, 10**6)
            diagram = phase_data.swept(phase_data.grid(
                across.value, up.value, _ends, _fixed, phase_activation.value, int(phase_layer.value),
                int(cells.value),
            ))  # fmt: skip
    except (StatementError, UsageError) as _error:
        phase_error = str(_error)
    return diagram, phase_error, small


@app.cell
def _(
    across, cells, diagram, ends, epsilon, figures, fixed, mo, pages, phase_activation, phase_error, phase_layer,
    settings, small, store, svg, tabs, up,
):  # fmt: skip
    mo.stop(tabs.value != settings.VIEWS[2])
    _free = [_element for _key, _element in fixed.elements.items() if _key not in (across.value, up.value)]
    _controls = mo.vstack([
        mo.hstack([across, ends.elements["a0"], ends.elements["a1"]], justify="start", wrap=True),
        mo.hstack([up, ends.elements["b0"], ends.elements["b1"]], justify="start", wrap=True),
        mo.hstack([*_free, phase_layer], justify="start", wrap=True),
        mo.hstack([phase_activation, cells, epsilon], justify="start", wrap=True), store,
    ])  # fmt: skip
    if diagram is None:
        _shown = [mo.callout(mo.md(phase_error or ""), kind="warn")]
    else:
        _picture, _key_html = figures.phase(diagram, small)
        _here = settings.link(
            "phase", activation=phase_activation.value, across=across.value, up=up.value, cells=cells.value,
            layer=int(phase_layer.value), epsilon=epsilon.value, store=store.value, **ends.value, **fixed.value,
        )  # fmt: skip
        _shown = [
            mo.Html(_picture + _key_html),
            mo.md("Sizes in doubles, to the accuracy of a sweep; a click opens that chain in the Chain view."),
            mo.hstack([
                mo.Html(pages.back_link(_here)),
                mo.download(lambda: svg.standing_alone(_picture), filename="phase.svg", label="Picture as SVG"),
                mo.download(lambda: figures.phase_png(diagram, small), filename="phase.png", label="Map as PNG"),
                mo.download(lambda: pages.csv_bytes(diagram.columns()), filename="phase.csv", label="Data as CSV"),
            ], justify="start", wrap=True),
        ]  # fmt: skip
    mo.vstack([_controls, *_shown])


# -- Try a claim -----------------------------------------------------------------------------------------------------


@app.cell
def _(mo, start):
    statement = mo.ui.text(value=start.text("statement"), label="statement", full_width=True)
    where = mo.ui.text(value=start.text("where"), label="where", full_width=True,
                       placeholder="conditions, with commas between")  # fmt: skip
    decide = mo.ui.run_button(label="Prove or refute")
    halt = mo.ui.run_button(label="Stop", kind="danger")
    beat = mo.ui.refresh(default_interval="1s")
    get_trial, set_trial = mo.state(None)
    return beat, decide, get_trial, halt, set_trial, statement, where


@app.cell
def _(StatementError, mo, statement, trial):
    try:
        _names, reading_error = trial.names(statement.value), None
    except StatementError as _error:
        _names, reading_error = [], str(_error)
    spans = mo.ui.dictionary({
        _name: mo.ui.array([mo.ui.text(label=f"{_name} from", placeholder="−∞"), mo.ui.text(label="to",
                           placeholder="∞")]) for _name in _names[:6]
    })  # fmt: skip
    return reading_error, spans


@app.cell
def _(decide, jobs, set_trial, spans, statement, trial, where):
    if decide.value:
        _spans = {_name: tuple(_pair) for _name, _pair in spans.value.items()}
        _conditions = trial.conditions(where.value, _spans)
        _job = jobs.settle_statement(statement.value, _conditions)
        _job.wait(0.4)
        set_trial((statement.value, tuple(_conditions), _job))


@app.cell
def _(get_trial, halt):
    if halt.value and get_trial() is not None:
        get_trial()[2].stop()


@app.cell
def _(
    StatementError, beat, decide, figures, get_trial, halt, mo, pages, reading_error, settings, spans, statement, svg,
    tabs, trial, where,
):  # fmt: skip
    mo.stop(tabs.value != settings.VIEWS[3])
    _ = beat.value
    _spans = {_name: tuple(_pair) for _name, _pair in spans.value.items()}
    _conditions = trial.conditions(where.value, _spans)
    _asked = get_trial()
    _shown, _verdict = [], None
    if reading_error is not None:
        _shown.append(mo.callout(mo.Html(f"not understood: {pages.escape(reading_error)}"), kind="warn"))
    if _asked is not None and _asked[:2] == (statement.value, tuple(_conditions)):
        _job = _asked[2]
        _result = _job.results.get(statement.value)
        if _job.running:
            _shown.append(mo.hstack([mo.md(f"at work, {_job.seconds:.0f} s"), mo.Html("<progress></progress>"),
                                     halt, beat], justify="start"))  # fmt: skip
        elif isinstance(_result, ValueError):
            if reading_error is None:
                _shown.append(mo.callout(mo.Html(pages.escape(str(_result))), kind="warn"))
        elif _result is None:
            _shown.append(mo.callout(mo.md("stopped" if _job.stopped else str(_job.fault)), kind="neutral"))
        else:
            _verdict = _result
            _shown.append(mo.Html(pages.verdict_html(_verdict)))
    if reading_error is None:
        _shown.append(mo.Html("<small>the same in a shell</small>" + pages.code(
            trial.command(statement.value, _conditions))))  # fmt: skip
        try:
            _slack = trial.slack(statement.value, _conditions, _spans)
        except StatementError as _error:
            _slack = None
            _shown.append(mo.callout(mo.Html(pages.escape(str(_error))), kind="warn"))
        if _slack is not None:
            _picture = figures.slack(_slack, _verdict and pages.as_point(_verdict.witness))
            _worst = _slack.worst
            _said = "the conditions hold at no point that is drawn" if _worst is None else (
                "least slack of the points that are drawn: " + f"{_worst[1]:.6g} at "
                + ", ".join(f"{_name} = {_value:.6g}" for _name, _value in _worst[0].items()))  # fmt: skip
            _more = "".join(f"; {_name} = {_value:g}" for _name, _value in _slack.fixed.items())
            _shown += [mo.md("### What is left of the inequality"), mo.Html(_picture),
                       mo.Html(f"<small>{pages.escape(_said + _more)}</small>")]  # fmt: skip
            _here = settings.link("try", statement=statement.value, where=", ".join(_conditions))
            _shown.append(mo.hstack([
                mo.Html(pages.back_link(_here)),
                mo.download(lambda: svg.standing_alone(_picture), filename="slack.svg", label="Picture as SVG"),
                mo.download(lambda: pages.csv_bytes(_slack.columns()), filename="slack.csv", label="Data as CSV"),
            ], justify="start", wrap=True))  # fmt: skip
    _ranges = [mo.hstack(list(_pair.elements), justify="start", wrap=True) for _pair in spans.elements.values()]
    trial_verdict = _verdict
    mo.vstack([statement, where, *_ranges, decide, *_shown])
    return (trial_verdict,)


@app.cell
def _(mo, pages, start):
    mo.callout(mo.Html(pages.messages(start.messages)), kind="warn") if start.messages else None


if __name__ == "__main__":
    app.run()
