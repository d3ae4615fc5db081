//! Explores the scenes: `exhaust [--deaths 1] [--states 1000000] [--threads 2] [--scene 1]`.

use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use holdfast_core::Ambient;
use holdfast_proof::explore::Explored;
use holdfast_proof::scenes::{Does, How, Opening, threes};
use holdfast_proof::stage::{Error, blueprint};
use holdfast_proof::tally::runtime;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments, &mut std::io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("exhaust: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A scene: how many mugs Ada holds, how many the others want, who acts, and whether who checks out twice is one.
type Cast = (i64, i64, [Does; 3], bool);

fn casts() -> Vec<Cast> {
    let mut casts = Vec::new();
    for (held, wanted) in [(1, 1), (2, 1), (1, 2)] {
        for does in threes() {
            casts.push((held, wanted, does, false));
            if does.iter().filter(|does| **does == Does::Checkout).count() > 1 {
                casts.push((held, wanted, does, true));
            }
        }
    }
    casts
}

fn run(arguments: &[String], out: &mut dyn Write) -> Result<bool, Error> {
    let (mut deaths, mut states, mut threads, mut scene) = (1_u32, 1_000_000_usize, 2_usize, None::<usize>);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{name} wants a number"));
        match name.as_str() {
            "--deaths" => deaths = value()?.parse()?,
            "--states" => states = value()?.parse()?,
            "--threads" => threads = value()?.parse()?,
            "--scene" => scene = Some(value()?.parse()?),
            other => return Err(format!("{other} is no argument: --deaths, --states, --threads, --scene").into()),
        }
    }
    let (clock, began) = (Ambient::system(), Ambient::system().now());
    let casts: Vec<(usize, Cast)> =
        (1..).zip(casts()).filter(|(nth, _)| scene.is_none_or(|scene| scene == *nth)).collect();
    let next = AtomicUsize::new(0);
    let (found, explored) = mpsc::channel();
    let (mut all, mut all_ends, mut all_cut, mut well) = (Explored::default(), 0, 0, true);
    std::thread::scope(|scope| -> Result<(), Error> {
        for _ in 0..threads.max(1) {
            let (found, casts, next) = (found.clone(), &casts, &next);
            scope.spawn(move || {
                while let Some((nth, cast)) = casts.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if found.send((*nth, *cast, explore(cast, deaths, states))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(found);
        for (nth, (held, wanted, does, twins), explored) in explored {
            let Explored { runs, states, steps, own, known, orders, ends, cut, wrong } = explored?;
            let who = does.map(|does| does.to_string()).join(", ");
            let twins = if twins { ", one who clicks twice" } else { "" };
            let cut_off = if cut { ", cut off" } else { "" };
            writeln!(
                out,
                "{nth}: {held} held, {wanted} wanted: {who}{twins}: {orders} orders of calls, {states} states, {} ends, {runs} runs{cut_off}",
                ends.len()
            )?;
            for wrong in &wrong {
                writeln!(out, "  {wrong}")?;
            }
            out.flush()?;
            well &= wrong.is_empty();
            all.runs += runs;
            all.states += states;
            all.steps += steps;
            all.own += own;
            all.known += known;
            all.orders = all.orders.saturating_add(orders);
            all_ends += ends.len();
            all_cut += usize::from(cut);
        }
        Ok(())
    })?;
    let Explored { runs, states, steps, own, known, orders, .. } = all;
    let took_s = clock.now().duration_since(began).as_secs_f64();
    writeln!(
        out,
        "exhaust: {} scenes, {all_cut} of them cut off, {orders} orders of calls, {states} states, {steps} calls, {known} of which it was known where they lead, {own} that are nobody else's matter, {all_ends} ends, {runs} runs, {deaths} deaths at most, {took_s:.1} s",
        casts.len()
    )?;
    Ok(well)
}

fn explore((held, wanted, does, twins): &Cast, deaths: u32, states: usize) -> Result<Explored, Error> {
    runtime()?.block_on(async {
        let opening = Opening::new(&blueprint()?, *held, *wanted).await?;
        let how = How { deaths, twins: *twins, plainly: false, everywhere: false, most_states: states };
        opening.explore(does, how).await
    })
}
