# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""The page of `gradproof explore`: controls and views. What they show is computed by the modules beside this one."""

import marimo

app = marimo.App(width="medium", app_title="gradproof")


@app.cell
def _():
    import marimo as mo

    from gradproof.explorer import catalogue, chain_data, jobs, layouts, pages, phase_data, settings, trial
    from gradproof.usage import UsageError
    from theory.activations import ACTIVATIONS
    from theory.errors import StatementError
    from theory.ledger import CLAIMS
    from theory.losses import LOSSES

    return (
        ACTIVATIONS, CLAIMS, LOSSES, StatementError, UsageError, catalogue, chain_data, jobs, layouts, mo, pages,
        phase_data, settings, trial,
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


@app.cell
def _(layouts, start):
    layouts.notes(start.messages)


# -- Claims ----------------------------------------------------------------------------------------------------------


@app.cell
def _(CLAIMS, catalogue, jobs, mo, start):
    _sources = ["all", *catalogue.sources()]
    source = mo.ui.dropdown(_sources, value=start.choice("source", _sources), label="source")
    find = mo.ui.text(value=start.text("find"), label="find", placeholder="words of a claim")
    get_claim, set_claim = mo.state(start.choice("claim", CLAIMS))
    get_job, set_job = mo.state(jobs.none())
    get_settled, set_settled = mo.state(0)
    return find, get_claim, get_job, get_settled, set_claim, set_job, set_settled, source


@app.cell
def _(catalogue, find, get_settled, jobs, mo, set_claim, source):
    _ = get_settled()
    listed = catalogue.matching(source.value, find.value)
    table = mo.ui.table(
        catalogue.rows(listed, jobs.KNOWN), selection="single", page_size=8, show_column_summaries=False,
        show_data_types=False, wrapped_columns=["claim", "statement"], show_download=False, show_search=False,
        column_widths={"claim": 340, "verdict": 90, "statement": 520}, label=f"{len(listed)} claims",
        on_change=lambda chosen: set_claim(chosen[0]["claim"]) if chosen else None,
    )  # fmt: skip
    return listed, table


@app.cell
def _(mo):
    settle = mo.ui.run_button(label="Settle this claim")
    settle_listed = mo.ui.run_button(label="Settle all that are listed")
    stop = mo.ui.run_button(label="Stop", kind="danger")
    pulse = mo.ui.refresh(default_interval="1s")
    return pulse, settle, settle_listed, stop


@app.cell
def _(CLAIMS, get_claim, get_job, jobs, listed, set_job, settle, settle_listed):
    if settle.value or settle_listed.value:
        get_job().stop()
        _job = jobs.settle_claims([CLAIMS[_id] for _id in (listed if settle_listed.value else [get_claim()])])
        _job.wait(0.3)
        set_job(_job)


@app.cell
def _(get_job, stop):
    if stop.value:
        get_job().stop()
        get_job().wait(1)


@app.cell
def _(get_job, get_settled, layouts, pulse, set_settled, stop):
    _ = (pulse.value, stop.value)
    progress = layouts.progress(get_job(), stop, pulse)
    if not get_job().running and not get_job().told:
        get_job().told = True
        set_settled(get_settled() + 1)
    return (progress,)


@app.cell
def _(CLAIMS, get_claim, get_job, get_settled, jobs):
    _ = get_settled()
    claim = CLAIMS[get_claim()]
    verdict = jobs.KNOWN.get(claim.id)
    if verdict is None:
        verdict = get_job().results.get(claim.id)
    return claim, verdict


@app.cell
def _(
    catalogue, claim, find, jobs, layouts, listed, mo, pages, progress, settings, settle, settle_listed, source, table,
    tabs, verdict,
):  # fmt: skip
    mo.stop(tabs.value != settings.VIEWS[0])
    _files = {"Claims as CSV": ("claims.csv", lambda: pages.csv_text(catalogue.rows(listed, jobs.KNOWN)))}
    mo.vstack([
        layouts.row([source, find]), table, layouts.row([settle, settle_listed]), progress,
        *layouts.claim_parts(claim, verdict),
        layouts.saving(layouts.claims_link(claim, source.value, find.value), _files),
    ])  # fmt: skip


# -- Chain -----------------------------------------------------------------------------------------------------------


@app.cell
def _(ACTIVATIONS, LOSSES, layouts, mo, settings, start):
    def _slider(key, low, high, step, label):
        _value = start.number(key, -settings.LARGEST, settings.LARGEST)
        low, high = min(low, _value), max(high, _value)
        return mo.ui.slider(low, high, step, value=_value, include_input=True, label=label, full_width=True)

    activation = mo.ui.dropdown(list(ACTIVATIONS), value=start.choice("activation", ACTIVATIONS), label="activation")
    depth = mo.ui.slider(1, settings.DEEPEST, 1, value=start.whole("depth", 1, settings.DEEPEST), include_input=True,
                         label="depth l", full_width=True)  # fmt: skip
    theta = _slider("theta", -5, 5, 0.01, "θ, in every layer")
    thetas = mo.ui.text(value=start.text("thetas"), label="or one θ for each layer", full_width=True,
                        placeholder="0.9, 11/10, −1.5, …")  # fmt: skip
    x = _slider("x", -5, 5, 0.01, "x")
    alpha = _slider("alpha", 0.1, 100, 0.1, "α, of the scaled chain")
    t = _slider("t", 0.01, 0.99, 0.01, "t, of Theorem 1")
    r = _slider("r", 0, 10, 0.01, "r, of the weight decay")
    loss = mo.ui.dropdown(list(LOSSES), value=start.choice("loss", LOSSES), label="loss h")
    y = _slider("y", -5, 5, 0.01, "target y")
    # Laid out here: a cell that names a slider runs again with every move of it, and this layout need not.
    chain_controls = [layouts.row([activation, loss]), layouts.grid([depth, theta, thetas, x, alpha, t, r, y])]
    return activation, alpha, chain_controls, depth, loss, r, t, theta, thetas, x, y


@app.cell
def _(chain_controls, mo, settings, tabs):
    mo.stop(tabs.value != settings.VIEWS[1])
    mo.vstack(chain_controls)


@app.cell
def _(StatementError, activation, alpha, chain_data, depth, loss, mo, r, settings, start, t, tabs, theta, thetas, x, y):
    mo.stop(tabs.value != settings.VIEWS[1])

    def _number(key, slider):
        return settings.from_slider(key, slider.value, start.text(key))

    chain, chain_error = None, None
    try:
        if thetas.value.strip():
            _weights = settings.weights(thetas.value)
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
def _(chain, chain_error, layouts, mo, settings, tabs):
    mo.stop(tabs.value != settings.VIEWS[1])
    mo.vstack([layouts.not_understood(chain_error)] if chain is None else layouts.chain_parts(chain))


# -- Phase diagram ---------------------------------------------------------------------------------------------------


@app.cell
def _(ACTIVATIONS, mo, phase_data, settings, start):
    _counts = ("64", "128", "256", "512")
    across = mo.ui.dropdown(list(phase_data.AXES), value=start.choice("across", phase_data.AXES), label="across")
    up = mo.ui.dropdown(list(phase_data.AXES), value=start.choice("up", phase_data.AXES), label="up")
    phase_activation = mo.ui.dropdown(
        list(ACTIVATIONS), value=start.choice("activation", ACTIVATIONS), label="activation"
    )
    cells = mo.ui.dropdown(_counts, value=start.choice("cells", _counts), label="points in each direction")
    epsilon = mo.ui.text(value=start.text("epsilon"), label="vanishes below ε =")
    phase_layer = mo.ui.number(1, settings.DEEPEST, value=start.whole("layer", 1, settings.DEEPEST), label="layer k")
    ends = mo.ui.dictionary({
        _key: mo.ui.text(value=start.text(_key), label=_label)
        for _key, _label in (("a0", "from"), ("a1", "to"), ("b0", "from"), ("b1", "to"))
    })  # fmt: skip
    fixed = mo.ui.dictionary({
        _key: mo.ui.text(value=start.text(settings.PHASE_KEYS[_key]), label=f"{phase_data.SYMBOLS[_key]} =")
        for _key in phase_data.AXES
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
        small = float(settings.exact_number(epsilon.value, "ε", 1e-300, 0.999))
        if store.value.strip():
            diagram = phase_data.stored(store.value.strip())
        else:
            diagram = phase_data.swept(settings.phase_grid(
                across.value, up.value, ends.value, fixed.value, phase_activation.value, int(phase_layer.value),
                int(cells.value),
            ))  # fmt: skip
    except (StatementError, UsageError) as _error:
        phase_error = str(_error)
    return diagram, phase_error, small


@app.cell
def _(
    across, cells, diagram, ends, epsilon, fixed, layouts, mo, phase_activation, phase_error, phase_layer, settings,
    small, store, tabs, up,
):  # fmt: skip
    mo.stop(tabs.value != settings.VIEWS[2])
    _e, _free = ends.elements, [_one for _key, _one in fixed.elements.items() if _key not in (across.value, up.value)]
    _controls = [
        layouts.row([across, _e["a0"], _e["a1"]]), layouts.row([up, _e["b0"], _e["b1"]]),
        layouts.row([*_free, phase_layer]), layouts.row([phase_activation, cells, epsilon]), store,
    ]  # fmt: skip
    if diagram is None:
        _shown = [layouts.not_understood(phase_error)]
    else:
        _shown = layouts.phase_parts(diagram, small, settings.link(
            "phase", activation=phase_activation.value, across=across.value, up=up.value, cells=cells.value,
            layer=int(phase_layer.value), epsilon=epsilon.value, store=store.value, **ends.value,
            **{settings.PHASE_KEYS[_key]: _text for _key, _text in fixed.value.items()},
        ))  # fmt: skip
    mo.vstack([*_controls, *_shown])


# -- Try a claim -----------------------------------------------------------------------------------------------------


@app.cell
def _(jobs, mo, start):
    statement = mo.ui.text(value=start.text("statement"), label="statement", full_width=True)
    where = mo.ui.text(value=start.text("where"), label="where", full_width=True,
                       placeholder="conditions, with commas between")  # fmt: skip
    decide = mo.ui.run_button(label="Prove or refute")
    halt = mo.ui.run_button(label="Stop", kind="danger")
    beat = mo.ui.refresh(default_interval="1s")
    get_trial, set_trial = mo.state(jobs.none())
    return beat, decide, get_trial, halt, set_trial, statement, where


@app.cell
def _(StatementError, mo, statement, trial):
    try:
        _names, reading_error = trial.names(statement.value), None
    except StatementError as _error:
        _names, reading_error = [], str(_error)
    spans = mo.ui.dictionary({
        _name: mo.ui.array([
            mo.ui.text(label=f"{_name} from", placeholder="−∞"), mo.ui.text(label="to", placeholder="∞")
        ]) for _name in _names[:6]
    })  # fmt: skip
    return reading_error, spans


@app.cell
def _(spans, trial, where):
    limits = {_name: (_pair[0], _pair[1]) for _name, _pair in spans.value.items()}
    conditions = trial.conditions(where.value, limits)
    return conditions, limits


@app.cell
def _(conditions, decide, get_trial, jobs, set_trial, statement):
    if decide.value:
        get_trial().stop()
        _job = jobs.settle_statement(statement.value, conditions)
        # Most statements are settled at once: no need to show a bar for them.
        _job.wait(0.5)
        set_trial(_job)


@app.cell
def _(beat, conditions, get_trial, halt, jobs, layouts, statement):
    _ = beat.value
    if halt.value:
        get_trial().stop()
        get_trial().wait(1)
    # A verdict is shown beside the statement that it is about, and no other.
    _about_this = get_trial().keys == (statement.value, *conditions)
    trial_shown, trial_verdict = layouts.trial_parts(get_trial() if _about_this else jobs.none(), halt, beat)
    return trial_shown, trial_verdict


@app.cell
def _(StatementError, conditions, layouts, limits, reading_error, settings, statement, trial, trial_verdict):
    slack, slack_shown = None, []
    if reading_error is not None:
        slack_shown = [layouts.not_understood(reading_error)]
    else:
        try:
            slack = trial.slack(statement.value, conditions, limits)
        except StatementError as _error:
            slack_shown = [layouts.not_understood(str(_error))]
    if slack is not None:
        _here = settings.link("try", statement=statement.value, where=", ".join(conditions))
        slack_shown = layouts.slack_parts(slack, trial_verdict, _here)
    return slack, slack_shown


@app.cell
def _(
    conditions, decide, layouts, mo, pages, reading_error, settings, slack_shown, spans, statement, tabs, trial,
    trial_shown, where,
):  # fmt: skip
    mo.stop(tabs.value != settings.VIEWS[3])
    _ranges = [layouts.row(list(_pair.elements)) for _pair in spans.elements.values()]
    _command = trial.command(statement.value, conditions)
    _same = mo.Html(pages.small("the same in a shell") + pages.code(_command))
    mo.vstack([
        statement, where, *_ranges, decide, *([] if reading_error else trial_shown), *slack_shown,
        *([] if reading_error else [_same]),
    ])  # fmt: skip


if __name__ == "__main__":
    app.run()
