// SPDX-License-Identifier: GPL-2.0-only
/*
 * record.c - `memwatch record`: samples to a file, for `analyze` and for
 * anything else that reads CSV. Each round is pushed out whole, so that a
 * recording can be judged while it grows.
 */
#include <errno.h>
#include <string.h>

#include "../lib/sample_csv.h"
#include "../lib/source_host.h"
#include "cli.h"
#include "live.h"

static const char name[] = "record";

static const char help[] =
	"Usage: memwatch record [OPTIONS]\n"
	"\n"
	"Writes one line of CSV a process and round: time_s, pid, start_ticks, comm, rss_kb\n"
	"and all else that the source knows; what it does not know is an empty cell. Without\n"
	"--pid and --comm also what is no process, as pid 0: [host], [orphans], [slab NAME].\n"
	"Ends at SIGINT or SIGTERM, after --duration, or when every --pid has gone.\n"
	"\n"
	"Options:\n"
	"  -o, --output FILE    where to (default: standard output); FILE is overwritten\n"
	"  -i, --interval TIME  between two rounds (default: 1s)\n"
	"  -d, --duration TIME  for how long (default: until it is stopped)\n"
	"  -p, --pid PID        this process only; may be given more than once\n"
	"  -c, --comm NAME      processes of this name only; may be given more than once\n"
	"      --root DIR       the host whose / is mounted at DIR (default: this one)\n"
	"  -h, --help           this text\n"
	"TIME is a number with ms, s, m, h or d: 500ms, 10s, 5m.\n"
	"\n"
	"Examples:\n"
	"  memwatch record -o day.csv -i 10s -d 24h\n"
	"  memwatch record --comm java --comm node | gzip > apps.csv.gz\n"
	"\n"
	"Exit codes:\n"
	"  0  recorded   2  wrong command line   4  could not read /proc or write the file\n";

/* A round is written at once up to this size, so that a recording that is killed holds whole ones. */
#define BUFFER_BYTES (1 << 20)

struct recording {
	FILE *file;
	struct mw_source_host *host; /* NULL: only some processes are asked for */
	uint64_t samples;
	uint64_t rounds;
};

static int write_sample(const struct mw_sample *sample, void *arg)
{
	struct recording *recording = arg;
	char line[MW_SAMPLE_LINE_MAX];
	size_t len = mw_sample_format(line, sizeof(line), sample);

	if (fwrite(line, 1, len, recording->file) != len)
		return errno > 0 ? -errno : -EIO;
	recording->samples++;
	return 0;
}

static int write_process(const struct mw_sample *sample, void *arg)
{
	struct recording *recording = arg;

	if (recording->host != NULL)
		mw_source_host_count(recording->host, sample);
	return write_sample(sample, arg);
}

static int write_header(struct recording *recording)
{
	char line[MW_SAMPLE_LINE_MAX];
	size_t len = mw_sample_header_format(line, sizeof(line));

	if (fwrite(line, 1, len, recording->file) != len || fflush(recording->file) != 0)
		return -errno;
	return 0;
}

static int write_failed(const char *path, int err)
{
	return cli_error(name, "cannot write %s: %s", path, strerror(-err));
}

/* Returns 0 to go on, or an exit code after a message. */
static int record_round(struct live *live, struct recording *recording, const char *path)
{
	double now_s = ticker_now_s(&live->ticker);
	int err;

	errno = 0;
	err = live_round(live, now_s, write_process, recording);
	if (err == 0 && recording->host != NULL)
		err = mw_source_host_read(recording->host, now_s, write_sample, recording);
	if (ticker_is_stopped())
		return 0;
	if (ferror(recording->file))
		return write_failed(path, err);
	if (fflush(recording->file) != 0)
		return ticker_is_stopped() ? 0 : write_failed(path, -errno);
	recording->rounds++;
	return err < 0 && err != -EINTR ? CLI_SYSTEM : 0;
}

static int record_all(struct live *live, struct recording *recording, const char *path,
		      const struct mw_filter *filter)
{
	int err = write_header(recording);

	if (err < 0)
		return write_failed(path, err);
	do {
		uint64_t before = recording->samples;
		int status = record_round(live, recording, path);

		if (status != 0)
			return status;
		if (recording->samples == before && mw_filter_is_pids_only(filter)) {
			if (recording->samples == 0)
				return cli_error(name, "no process has an id given by --pid");
			break;
		}
	} while (ticker_wait(&live->ticker));
	return CLI_OK;
}

static int record_to(const char *path, const struct live_options *options)
{
	struct recording recording = { .file = stdout };
	struct live live;
	int status;

	if (strcmp(path, "-") != 0) {
		recording.file = fopen(path, "we");
		if (recording.file == NULL)
			return cli_error(name, "cannot create %s: %s", path, strerror(errno));
	}
	setvbuf(recording.file, NULL, _IOFBF, BUFFER_BYTES);
	if (options->filter.pid_count + options->filter.comm_count == 0)
		recording.host = mw_source_host_new(options->root);
	status = live_open(&live, name, options);
	if (status == 0) {
		status = record_all(&live, &recording, path, &options->filter);
		live_close(&live);
	}
	mw_source_host_free(recording.host);
	if (status == 0)
		cli_note(name, "%ju samples in %ju rounds", (uintmax_t)recording.samples,
			 (uintmax_t)recording.rounds);
	if (recording.file != stdout && fclose(recording.file) != 0 && status == 0)
		status = write_failed(path, -errno);
	return recording.file == stdout && status == 0 ? cli_close_stdout(name, 0) : status;
}

static int run(int argc, char **argv)
{
	static const struct option long_options[] = {
		LIVE_OPTIONS,
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct live_options options = { .interval_s = 1, .root = "" };
	const char *path = "-";
	int status = 0;
	int option;

	opterr = 0;
	while (status == 0 &&
	       (option = getopt_long(argc, argv, "+:ho:" LIVE_SHORT, long_options, NULL)) != -1) {
		if (option == 'o')
			path = optarg;
		else if (option == 'h')
			return cli_print_help(&cli_record);
		else if (option == '?' || option == ':')
			status = cli_bad_option(name, option, argv);
		else
			status = live_option(name, &options, option, optarg);
	}
	if (status == 0 && optind < argc)
		status = cli_usage_error(name, "unexpected argument '%s'", argv[optind]);
	if (status == 0 && ticker_catch_signals() < 0)
		status = cli_error(name, "cannot catch signals: %s", strerror(errno));
	if (status == 0)
		status = record_to(path, &options);
	live_free_options(&options);
	return status;
}

const struct cli_command cli_record = {
	.name = name,
	.summary = "write samples of all processes to a CSV file",
	.help = help,
	.run = run,
};
