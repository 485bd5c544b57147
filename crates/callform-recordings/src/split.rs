//! A file for each channel.

use std::io::{Read, Seek, Write};
use std::path::PathBuf;

use crate::channel::Channel;
use crate::error::Error;
use crate::files::WavFile;
use crate::quality::{Measured, Meter, Options};
use crate::wav::{Block, Reader, Writer};

/// Splits a recording into its channels, and measures it in the same pass.
///
/// Each output gets 16-bit PCM of one channel, the first one the customer's; channels without an output are measured only,
/// and outputs without a channel stay empty.
pub fn split<W: Write + Seek>(
    input: impl Read,
    outputs: impl IntoIterator<Item = W>,
    options: Options,
) -> Result<Measured, Error> {
    let mut reader = Reader::new(input)?;
    let format = reader.format();
    let channels = usize::from(format.channels);
    let mut writers = outputs
        .into_iter()
        .take(channels)
        .map(|output| Writer::new(output, 1, format.sample_rate))
        .collect::<Result<Vec<_>, _>>()?;
    let measured = pass(&mut reader, options, |block| {
        writers.iter_mut().zip(&block.channels).try_for_each(|(writer, samples)| writer.write(samples))
    })?;
    writers.into_iter().try_for_each(Writer::finish)?;
    Ok(measured)
}

/// Splits a recording into files, and measures it in the same pass. A file appears under its name when it is whole; for a
/// channel that the recording does not have there is none.
pub fn split_files(input: impl Read, files: &[(Channel, PathBuf)], options: Options) -> Result<Measured, Error> {
    let mut reader = Reader::new(input)?;
    let format = reader.format();
    let mut writers = files
        .iter()
        .filter(|(channel, _)| channel.index() < usize::from(format.channels))
        .map(|(channel, path)| Ok((channel.index(), WavFile::create(path, format.sample_rate)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    let measured = pass(&mut reader, options, |block| {
        writers.iter_mut().try_for_each(|(index, writer)| writer.write(&block.channels[*index]))
    })?;
    writers.into_iter().try_for_each(|(_, writer)| writer.finish())?;
    Ok(measured)
}

fn pass<R: Read>(
    reader: &mut Reader<R>,
    options: Options,
    mut write: impl FnMut(&Block) -> Result<(), Error>,
) -> Result<Measured, Error> {
    let mut meter = Meter::new(reader.format(), options);
    let mut block = Block::default();
    while reader.next(&mut block)? {
        meter.add(&block);
        write(&block)?;
    }
    Ok(meter.finish(reader.ending()))
}
