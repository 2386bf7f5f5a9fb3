#!/bin/sh
# Makes the stand-in clips of the index files with espeak-ng: mono, 16 bits,
# 16 kHz, silence cut off. Recordings of a person with the same file names take
# their place without a change anywhere else.
set -eu
cd "$(dirname "$0")"
for tool in espeak-ng ffmpeg; do
	command -v "$tool" >/dev/null 2>&1 || { echo "make voice needs $tool: apt-get install espeak-ng ffmpeg" >&2; exit 1; }
done
for lang in zh en; do
	# espeak-ng reads Chinese characters wrongly as cmn (it takes their pinyin for
	# English), so the index has the pinyin that cmn-latn-pinyin reads rightly.
	voice=cmn-latn-pinyin
	[ "$lang" = en ] && voice=en-gb
	while IFS='	' read -r file say _; do
		case $file in '' | '#'*) continue ;; esac
		espeak-ng -v "$voice" -s 150 -w /tmp/clip.$$.wav -- "$say"
		ffmpeg -nostdin -v error -y -i /tmp/clip.$$.wav -ac 1 -ar 16000 \
			-af 'silenceremove=start_periods=1:start_threshold=-45dB,areverse,silenceremove=start_periods=1:start_threshold=-45dB,areverse' \
			-fflags +bitexact -flags:a +bitexact -map_metadata -1 "$lang/$file.wav"
	done <"$lang/index.txt"
done
rm -f /tmp/clip.$$.wav
