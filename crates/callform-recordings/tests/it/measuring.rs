//! Figures against what synthetic recordings are known to be.

use callform_recordings::quality::Options;
use callform_recordings::synthetic::{Script, Sound, Truth, Turn};
use callform_recordings::wav::{Ending, Writer};
use callform_recordings::{Channel, Check, Figures, Reason, Rule, Span, Verdict, measure};

fn turn(channel: Channel, start_ms: u64, end_ms: u64) -> Turn {
    Turn { channel, span: Span::new(start_ms, end_ms), level: -24.0, sound: Sound::Voice, clipped_runs: 0 }
}

fn figures(script: &Script) -> (Figures, Truth) {
    let (wav, truth) = script.to_wav().unwrap();
    (measure(&wav[..], Options::default()).unwrap().figures, truth)
}

#[track_caller]
fn near(found: Option<f64>, expected: Option<f64>, bound: f64) {
    let (found, expected) = (found.expect("a figure"), expected.expect("a known value"));
    assert!((found - expected).abs() <= bound, "{found} is not within {bound} of {expected}");
}

#[test]
fn figures_are_those_of_the_synthetic_conversation() {
    for seed in 0..12 {
        let mut script = Script::conversation(seed, 60);
        script.noise = Some(-70.0 + 3.0 * f64::from(u32::try_from(seed).unwrap()));
        script.turns[1].clipped_runs = seed;
        let (figures, truth) = figures(&script);
        assert_eq!((figures.frames, figures.duration_ms), (truth.frames, 60_000));
        assert_eq!(figures.ending, Ending::Whole);
        assert!(figures.overlap_ms.abs_diff(truth.overlap_ms) <= 100, "{figures:?}");
        for (found, known) in figures.channels.iter().zip(&truth.channels) {
            near(found.peak, known.peak, 0.001);
            near(found.rms, known.rms, 0.001);
            near(found.noise, script.noise, 0.2);
            near(found.snr, known.snr, 1.0);
            near(Some(found.dc_offset), Some(known.dc_offset), 0.000_001);
            assert_eq!((found.clipped, found.clipped_runs), known.clipped);
            assert_eq!(found.speech.len(), known.turns.len());
            for (found, known) in found.speech.iter().zip(&known.turns) {
                assert!(found.start_ms.abs_diff(known.start_ms) <= 40, "{found:?} {known:?}");
                assert!(found.end_ms.abs_diff(known.end_ms) <= 40, "{found:?} {known:?}");
            }
        }
    }
}

#[test]
fn silence_is_known_where_the_noise_is_below_it() {
    let (figures, truth) = figures(&Script::conversation(5, 120));
    for (found, known) in figures.channels.iter().zip(&truth.channels) {
        let share = f64::from(u32::try_from(known.pauses_ms(120_000)).unwrap()) / 120_000.0;
        near(Some(found.silence_share), Some(share), 0.01);
        assert!(found.longest_silence_ms.abs_diff(known.longest_pause_ms) <= 40, "{found:?} {known:?}");
    }
}

#[test]
fn a_tone_has_the_loudness_of_its_definition() {
    // ITU-R BS.1770: a sine of 997 Hz with full scale on one channel has -3.01 LKFS.
    let mut tone = turn(Channel::Customer, 0, 5_000);
    (tone.sound, tone.level) = (Sound::Tone(997), -23.010_3);
    for (rate, stereo) in [(8_000, false), (8_000, true), (16_000, true), (48_000, true)] {
        let script = Script { seed: 1, sample_rate: rate, duration_ms: 5_000, stereo, noise: None, turns: vec![tone] };
        let (figures, _) = figures(&script);
        near(figures.loudness, Some(-23.0), 0.1);
        near(figures.channels[0].loudness, Some(-23.0), 0.1);
        // Whatever is steady is no speech.
        assert_eq!((figures.channels[0].speech_ms, figures.channels[0].snr), (0, None));
        if let Some(agent) = figures.of(Channel::Agent) {
            assert_eq!((agent.loudness, agent.rms, agent.silence_share), (None, None, 1.0));
        }
    }
}

#[test]
fn what_is_shorter_than_a_block_has_no_loudness() {
    let script = |duration_ms| Script {
        seed: 1,
        sample_rate: 8_000,
        duration_ms,
        stereo: false,
        noise: Some(-30.0),
        turns: vec![],
    };
    assert_eq!(figures(&script(380)).0.loudness, None);
    assert!(figures(&script(420)).0.loudness.is_some());
    let (empty, _) = figures(&script(0));
    assert_eq!((empty.frames, empty.channels[0].noise, empty.channels[0].silence_share), (0, None, 0.0));
}

#[test]
fn clipping_is_runs_at_full_scale_also_that_of_telephone_lines() {
    let clipped = |samples: &[i16]| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let mut writer = Writer::new(&mut bytes, 1, 8_000).unwrap();
        writer.write_integers(samples.iter().copied()).unwrap();
        writer.finish().unwrap();
        let figures = measure(&bytes.get_ref()[..], Options::default()).unwrap().figures;
        let channel = &figures.channels[0];
        (channel.at_full_scale, channel.clipped, channel.clipped_runs, channel.longest_clipped_run)
    };
    let (most, least) = (i16::MAX, i16::MIN);
    assert_eq!(clipped(&[0, most, 0, most, most, 0]), (3, 0, 0, 0));
    assert_eq!(clipped(&[most, most, most, 0, least, least, least, least]), (7, 7, 2, 4));
    assert_eq!(clipped(&[most, most, least, least]), (4, 0, 0, 0));
    assert_eq!(clipped(&[32_124, 32_124, 32_124, 32_123, 32_123, 32_123]), (3, 3, 1, 3));
    assert_eq!(clipped(&[-32_256, -32_256, -32_256, 32_700, 32_700, 32_700]), (3, 3, 1, 3));
}

#[test]
fn dc_offset_is_the_mean() {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = Writer::new(&mut bytes, 1, 8_000).unwrap();
    writer.write_integers((0..80_000).map(|frame| if frame % 2 == 0 { 2_000 } else { -361 })).unwrap();
    writer.finish().unwrap();
    let figures = measure(&bytes.get_ref()[..], Options::default()).unwrap().figures;
    near(Some(figures.channels[0].dc_offset), Some(819.5 / 32_768.0), 0.000_001);
    let rejected = Rule { channels: 1, ..Rule::default() }.judge(&figures);
    assert!(rejected.reasons().iter().any(|reason| reason.check == Check::DcOffset), "{rejected:?}");
}

#[test]
fn a_good_conversation_is_accepted_and_each_fault_is_a_reason() {
    let good = Script::conversation(3, 60);
    assert_eq!(Rule::default().judge(&figures(&good).0), Verdict::Accepted);
    let reasons = |change: &dyn Fn(&mut Script)| {
        let mut script = good.clone();
        change(&mut script);
        let verdict = Rule::default().judge(&figures(&script).0);
        verdict.reasons().iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    let level = |level: f64| {
        move |script: &mut Script| {
            script.noise = Some(level - 40.0);
            script.turns.iter_mut().for_each(|turn| turn.level = level);
        }
    };
    assert_eq!(reasons(&|script| script.stereo = false), "1 of 2 channels");
    let short = reasons(&|script| (script.duration_ms, script.sample_rate) = (4_000, 4_000));
    let (rate, rest) = short.split_once("; ").unwrap();
    assert_eq!(rate, "4000 Hz, at least 8000 are wanted");
    assert!(rest.starts_with("4000 ms long, at least 5000 are wanted; customer: 0 ms of speech"), "{rest}");
    assert!(rest.ends_with("customer: 1 of the time is silent, at most 0.98 may be"), "{rest}");
    assert!(reasons(&level(-50.0)).contains("LUFS is too quiet"));
    let noisy = reasons(&|script| script.noise = Some(-36.0));
    assert!(noisy.contains("dB between speech and noise, at least 15 are wanted"), "{noisy}");
    let clipped = reasons(&|script| script.turns.iter_mut().for_each(|turn| turn.clipped_runs = 90));
    assert!(clipped.contains("of all samples are cut off, at most 0.001 may be"), "{clipped}");
    let overlap = reasons(&|script| {
        let agent: Vec<Turn> = script.turns.iter().copied().filter(|turn| turn.channel == Channel::Agent).collect();
        script.turns = agent.iter().flat_map(|turn| [*turn, Turn { channel: Channel::Customer, ..*turn }]).collect();
    });
    assert!(overlap.contains("both speak at once"), "{overlap}");
    let silent = reasons(&|script| script.turns.retain(|turn| turn.channel == Channel::Agent));
    assert!(silent.contains("customer: 0 ms of speech"), "{silent}");
}

#[test]
fn a_cut_file_is_measured_and_rejected() {
    let (wav, _) = Script::conversation(4, 30).to_wav().unwrap();
    let cut = measure(&wav[..wav.len() - 32_000], Options::default()).unwrap().figures;
    assert_eq!((cut.duration_ms, cut.ending), (29_000, Ending::Cut { missing: 8_000 }));
    let reason = Reason { check: Check::Cut, channel: None, found: Some(8_000.0), limit: 0.0 };
    assert_eq!(Rule::default().judge(&cut).reasons(), [reason]);
    assert!(Rule { allow_cut: true, ..Rule::default() }.judge(&cut).is_accepted());
}

#[test]
fn one_channel_is_judged_where_only_that_is_wanted() {
    let (figures, _) = figures(&Script::conversation(6, 60).customer_alone());
    assert_eq!(figures.channels.len(), 1);
    assert_eq!(figures.loudness, figures.channels[0].loudness);
    assert!(Rule { channels: 1, ..Rule::default() }.judge(&figures).is_accepted());
    assert!(!Rule::default().judge(&figures).is_accepted());
}

#[test]
fn figures_and_rules_are_kept_as_json() {
    let (found, _) = figures(&Script::conversation(7, 20));
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Figures>(&text).unwrap(), found);
    let rule: Rule = serde_json::from_str(r#"{ "min_snr": 20.0 }"#).unwrap();
    assert_eq!(rule, Rule { min_snr: 20.0, ..Rule::default() });
    assert!(serde_json::from_str::<Rule>(r#"{ "min_srn": 20.0 }"#).is_err());
    let verdict = Rule { min_snr: 90.0, ..Rule::default() }.judge(&found);
    let text = serde_json::to_string(&verdict).unwrap();
    assert_eq!(serde_json::from_str::<Verdict>(&text).unwrap(), verdict);
    assert!(text.contains(r#""check":"noise""#), "{text}");
}
