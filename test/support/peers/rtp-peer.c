// RTP end points for tests and benchmarks: many ports in one thread, none of it Halina's own code.
//
//   rtp-peer --address A --base PORT --count N [options]
//
// Stream i listens on PORT + 2i. It begins to send when the first packet reaches it, back to where that came from (so it
// needs no signalling of its own): 50 packets a second of 160 bytes of A-law. What it sends:
//   --tone F --tone-step S   a tone of F + i*S Hz (default 400, 10)
//   --audio FILE             raw A-law at 8 kHz, from its beginning, silence after its end
//   --direct                 no relay: stream 2k sends to stream 2k+1 and the other way, at once (what a packet costs by itself)
//   --load                   the sending time and a counter instead of sound: the receiving stream measures delay and loss
// Impairments, for a sender as bad as a network: --loss PCT, --jitter MS (each packet late by 0 to MS), --reorder PCT
// (packet 25 ms late), --duplicate PCT, --ppm N (clock off by N parts per million), --ssrc-change SECONDS (a new SSRC,
// sequence and timestamp from then on). --seed N repeats a run.
//   --follow                 stops when nothing was heard for half a second: its call is over
//   --rest                   until SIGUSR1 only every 50th packet is sent, so that many calls can come up beside it
//   --spin                   never sleeps: no packet pays for waking this process
//   --aside                  a second socket for each stream, in a network namespace of its own, for what SIGHUP begins
//   --seconds S              ends by itself; SIGTERM and SIGINT end it too
// SIGUSR1 forgets what was counted so far, so that a measurement can begin when all calls are up; SIGUSR2 prints the figures up to now.
// SIGHUP begins slices of a fifth of a second: by turns packets go where they went before, and aside from stream 2k to stream
// 2k+1 and the other way, past whatever stands in the way here. What a send costs more there, slice by slice, is movedUs: both
// are measured in one process within half a second, so neither its place in memory nor the machine's mood is in the difference.
// At its end it prints one JSON object: sent, received, foreign (received without our payload, --load), lostPct,
// delayUs p50, p99, max, idlePct, sendUs (mean CPU time of a send call), movedUs and asideUs (medians over slices), and with --each one line per stream.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <math.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAME = 160, WINDOW = 4, BUCKETS = 400000 };
/* Streams that send before it is looked what has come: who sends all that waited after a pause has for a packet's delay how long that took. */
enum { BURST = 4 };
/* Of a slice, seconds; at its beginning it is not counted, for then caches hold what the other way needs. */
#define SLICE 0.2
#define SETTLE 0.04
enum { MOST_SLICES = 10000 };
#define MAGIC 0x48414c494e41ULL

struct stream {
  int fd, asideFd, started;
  struct sockaddr_in to, asideTo;
  double begin, heard;
  uint32_t ssrc, next, timestamp, loadBase, loadTop, loadSeen;
  uint16_t sequence;
  uint8_t done[WINDOW]; // packets next..next+3: sent already, out of order
  long sent, received, foreign;
};

static volatile sig_atomic_t stopping, forgetting, telling, slicing;
static void forget(int s) { (void)s; forgetting = 1; }
static void tell(int s) { (void)s; telling = 1; }
static void slice(int s) { (void)s; slicing = 1; }
static void stop(int s) { (void)s; stopping = 1; }
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
static double cpuNow(void) { // this thread's own time: being made to wait for the processor costs nobody a packet
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}
static uint64_t mix(uint64_t x) { // a hash, so that packet k of stream i has the same fate in every run
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}
static uint8_t alaw(int pcm) { // G.711, 16-bit linear in
  int sign = pcm >= 0 ? 0xd5 : 0x55, value = pcm >= 0 ? pcm : -pcm - 1, segment = 0;
  if (value > 32635) value = 32635;
  value >>= 3;
  if (value >= 32) for (int v = value >> 5; v; v >>= 1) segment++;
  int code = segment ? (segment << 4) | ((value >> segment) & 15) : value >> 1;
  return (uint8_t)(code ^ sign);
}

static const char *address = "127.0.0.1", *audioFile;
static int base = 40000, count = 1, load, spin, each, follow, direct, resting, aside;
static double tone = 400, toneStep = 10, loss, jitter, reorder, duplicate, ppm, ssrcChange, seconds;
static uint64_t seed = 1;
static uint8_t *audio;
static long audioBytes;
static unsigned delays[BUCKETS];
static double worst, sendTime;
static long sends;
static double sliceBegin, sliceTime, sliceCosts[MOST_SLICES]; // even ones where packets always go, odd ones aside
static long sliceSends;
static int slices, isAside;

static double chance(int i, uint32_t k, int what) { return (mix(seed * 1000003 + ((uint64_t)i << 40) + ((uint64_t)k << 4) + what) >> 11) * 0x1p-53; }

static double dueAt(struct stream *s, int i, uint32_t k) {
  double at = s->begin + k * 0.02 * (1 + ppm * 1e-6);
  if (jitter > 0) at += chance(i, k, 1) * jitter * 1e-3;
  if (reorder > 0 && chance(i, k, 2) * 100 < reorder) at += 0.025;
  return at;
}

static void fill(struct stream *s, int i, uint32_t k, uint8_t *payload) {
  (void)s;
  if (load) {
    uint64_t magic = MAGIC;
    double at = now();
    memset(payload, 0xd5, FRAME);
    memcpy(payload, &magic, 8);
    memcpy(payload + 8, &at, 8);
    memcpy(payload + 16, &k, 4);
  } else if (audio) {
    for (int n = 0; n < FRAME; n++) payload[n] = (long)k * FRAME + n < audioBytes ? audio[(long)k * FRAME + n] : 0xd5;
  } else {
    double w = 2 * M_PI * (tone + i * toneStep) / 8000;
    for (int n = 0; n < FRAME; n++) payload[n] = alaw((int)(8000 * sin(w * ((double)k * FRAME + n))));
  }
}

static void emit(struct stream *s, int i, uint32_t k) {
  if (resting && k % 50) return;
  uint8_t p[12 + FRAME];
  int renewed = ssrcChange > 0 && k * 0.02 >= ssrcChange;
  uint16_t sequence = htons((uint16_t)(s->sequence + k + (renewed ? 20000 : 0)));
  uint32_t timestamp = htonl(s->timestamp + k * FRAME + (renewed ? 1234567 : 0)), ssrc = htonl(s->ssrc + (renewed ? 77777 : 0));
  p[0] = 0x80;
  p[1] = 8 | (k == 0 ? 0x80 : 0);
  memcpy(p + 2, &sequence, 2);
  memcpy(p + 4, &timestamp, 4);
  memcpy(p + 8, &ssrc, 4);
  fill(s, i, k, p + 12);
  if (loss > 0 && chance(i, k, 3) * 100 < loss) return;
  int copies = duplicate > 0 && chance(i, k, 4) * 100 < duplicate ? 2 : 1;
  for (; copies > 0; copies--) {
    double t = cpuNow();
    sendto(isAside ? s->asideFd : s->fd, p, sizeof p, 0, (void *)(isAside ? &s->asideTo : &s->to), sizeof s->to);
    double took = cpuNow() - t;
    sendTime += took;
    sends++;
    if (slicing && now() > sliceBegin + SETTLE) { sliceTime += took; sliceSends++; }
    s->sent++;
  }
}

static int sendDue(struct stream *s, int i, double t) {
  int did = 0;
  for (int w = 0; w < WINDOW; w++)
    if (!s->done[w] && dueAt(s, i, s->next + w) <= t) { emit(s, i, s->next + w); s->done[w] = 1; did = 1; }
  while (s->done[0]) { memmove(s->done, s->done + 1, WINDOW - 1); s->done[WINDOW - 1] = 0; s->next++; }
  return did;
}

static void receive(struct stream *s, int i, double spread) {
  uint8_t b[2048];
  struct sockaddr_in from;
  for (;;) {
    socklen_t size = sizeof from;
    ssize_t n = recvfrom(s->fd, b, sizeof b, MSG_DONTWAIT, (void *)&from, &size);
    if (n <= 0) return;
    double t = now();
    s->received++;
    s->heard = t;
    if (!s->started) { s->started = 1; s->to = from; s->begin = t + i * spread - s->next * 0.02; }
    uint64_t magic = 0;
    if (n >= 12 + 20) memcpy(&magic, b + 12, 8);
    if (!load || magic != MAGIC) { s->foreign++; continue; }
    double at, delay;
    uint32_t k;
    memcpy(&at, b + 20, 8);
    memcpy(&k, b + 28, 4);
    delay = (t - at) * 1e6;
    if (delay > worst) worst = delay;
    delays[delay < BUCKETS - 1 ? (int)delay : BUCKETS - 1]++;
    if (!s->loadSeen++) s->loadBase = k;
    if (k > s->loadTop) s->loadTop = k;
  }
}

static int byValue(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}
static double median(double *values, int n) {
  qsort(values, n, sizeof *values, byValue);
  return n ? (values[(n - 1) / 2] + values[n / 2]) / 2 : 0;
}

/* From one way to the other, when it is time; a slice without a packet goes on. */
static void turnSlice(double t) {
  if (sliceBegin == 0) sliceBegin = t;
  if (t < sliceBegin + SLICE) return;
  sliceBegin = t;
  if (!sliceSends || slices == MOST_SLICES) return;
  sliceCosts[slices++] = sliceTime * 1e6 / sliceSends;
  sliceTime = sliceSends = 0;
  isAside = slices & 1;
}

/* A network of its own has nothing on its loopback: no relay, no filter. */
static int openAside(struct stream *streams, int poll) {
  int here = open("/proc/self/ns/net", O_RDONLY), any;
  struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  if (here < 0 || unshare(CLONE_NEWNET) || (any = socket(AF_INET, SOCK_DGRAM, 0)) < 0 || ioctl(any, SIOCSIFFLAGS, &lo)) return -1;
  close(any);
  for (int i = 0; i < count; i++) {
    struct stream *s = &streams[i];
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(base + 2 * i), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if ((s->asideFd = socket(AF_INET, SOCK_DGRAM, 0)) < 0 || bind(s->asideFd, (void *)&own, sizeof own)) return -1;
    s->asideTo = own;
    s->asideTo.sin_port = htons(base + 2 * (i ^ 1));
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = count + i};
    epoll_ctl(poll, EPOLL_CTL_ADD, s->asideFd, &e);
  }
  return setns(here, CLONE_NEWNET) || close(here);
}

/* What came aside is only taken away. */
static void drain(int fd) {
  uint8_t b[2048];
  while (recv(fd, b, sizeof b, MSG_DONTWAIT) > 0);
}

static void report(struct stream *streams, double idle) {
  long sent = 0, received = 0, foreign = 0, seen = 0, expected = 0;
  for (int i = 0; i < count; i++) {
    struct stream *s = &streams[i];
    sent += s->sent; received += s->received; foreign += s->foreign; seen += s->loadSeen;
    if (s->loadSeen) expected += s->loadTop - s->loadBase + 1;
    if (each) printf("{\"stream\":%d,\"sent\":%ld,\"received\":%ld}\n", i, s->sent, s->received);
  }
  long sum = 0; int p50 = -1, p99 = -1;
  for (int d = 0; d < BUCKETS; d++) {
    sum += delays[d];
    if (p50 < 0 && seen && sum * 2 >= seen) p50 = d;
    if (p99 < 0 && seen && sum * 100 >= seen * 99) p99 = d;
  }
  static double more[MOST_SLICES], alone[MOST_SLICES];
  int pairs = 0;
  for (int i = 1; i + 1 < slices; i += 2, pairs++) {
    alone[pairs] = sliceCosts[i];
    more[pairs] = (sliceCosts[i - 1] + sliceCosts[i + 1]) / 2 - sliceCosts[i];
  }
  printf("{\"sent\":%ld,\"received\":%ld,\"foreign\":%ld,\"measured\":%ld,\"lostPct\":%.4f,\"delayUsP50\":%d,\"delayUsP99\":%d,\"delayUsMax\":%.0f,\"idlePct\":%.1f,\"sendUs\":%.2f,\"movedUs\":%.3f,\"asideUs\":%.3f}\n",
    sent, received, foreign, seen, expected ? 100.0 * (expected - seen) / expected : 0.0, p50, p99, worst, idle, sends ? sendTime * 1e6 / sends : 0.0, median(more, pairs), median(alone, pairs));
  fflush(stdout);
}

int main(int argc, char **argv) {
  for (int a = 1; a < argc; a++) {
    const char *o = argv[a], *v = a + 1 < argc ? argv[a + 1] : "";
    int used = 1;
    if (!strcmp(o, "--address")) address = v;
    else if (!strcmp(o, "--base")) base = atoi(v);
    else if (!strcmp(o, "--count")) count = atoi(v);
    else if (!strcmp(o, "--tone")) tone = atof(v);
    else if (!strcmp(o, "--tone-step")) toneStep = atof(v);
    else if (!strcmp(o, "--audio")) audioFile = v;
    else if (!strcmp(o, "--loss")) loss = atof(v);
    else if (!strcmp(o, "--jitter")) jitter = atof(v);
    else if (!strcmp(o, "--reorder")) reorder = atof(v);
    else if (!strcmp(o, "--duplicate")) duplicate = atof(v);
    else if (!strcmp(o, "--ppm")) ppm = atof(v);
    else if (!strcmp(o, "--ssrc-change")) ssrcChange = atof(v);
    else if (!strcmp(o, "--seconds")) seconds = atof(v);
    else if (!strcmp(o, "--seed")) seed = strtoull(v, 0, 10);
    else { used = 0; if (!strcmp(o, "--load")) load = 1; else if (!strcmp(o, "--follow")) follow = 1; else if (!strcmp(o, "--spin")) spin = 1; else if (!strcmp(o, "--direct")) direct = 1; else if (!strcmp(o, "--rest")) resting = 1; else if (!strcmp(o, "--aside")) aside = 1; else if (!strcmp(o, "--each")) each = 1; else { fprintf(stderr, "rtp-peer: unknown option %s\n", o); return 2; } }
    a += used;
  }
  if (audioFile) {
    FILE *f = fopen(audioFile, "rb");
    if (!f) { perror(audioFile); return 1; }
    fseek(f, 0, SEEK_END); audioBytes = ftell(f); rewind(f);
    audio = malloc(audioBytes);
    if (!audio || fread(audio, 1, audioBytes, f) != (size_t)audioBytes) { fprintf(stderr, "rtp-peer: cannot read %s\n", audioFile); return 1; }
  }
  signal(SIGTERM, stop); signal(SIGINT, stop); signal(SIGUSR1, forget); signal(SIGUSR2, tell);
  if (aside) signal(SIGHUP, slice);
  rlim_t most = (aside ? 2 : 1) * count + 64;
  struct rlimit files = {most, most};
  setrlimit(RLIMIT_NOFILE, &files);
  struct stream *streams = calloc(count, sizeof *streams);
  int poll = epoll_create1(0), big = 1 << 20;
  for (int i = 0; i < count; i++) {
    struct stream *s = &streams[i];
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(base + 2 * i)};
    inet_pton(AF_INET, address, &own.sin_addr);
    if ((s->fd = socket(AF_INET, SOCK_DGRAM, 0)) < 0 || bind(s->fd, (void *)&own, sizeof own)) { fprintf(stderr, "rtp-peer: port %d: ", base + 2 * i); perror("bind"); return 1; }
    setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof big);
    s->ssrc = (uint32_t)mix(seed + i); s->sequence = (uint16_t)mix(seed + i + 500000); s->timestamp = (uint32_t)mix(seed + i + 900000);
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(poll, EPOLL_CTL_ADD, s->fd, &e);
  }
  if (aside && openAside(streams, poll)) { perror("rtp-peer: a network namespace"); return 1; }
  printf("{\"ready\":true}\n"); fflush(stdout);
  double begin = now(), spread = 0.02 / count;
  for (int i = 0; direct && i < count; i++) {
    struct stream *s = &streams[i];
    s->to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(base + 2 * (i ^ 1))};
    inet_pton(AF_INET, address, &s->to.sin_addr);
    s->started = 1;
    s->begin = begin + i * spread;
  }
  long loops = 0, idle = 0;
  int turn = 0;
  struct epoll_event events[256];
  for (double t; !stopping && ((t = now()) < begin + seconds || seconds <= 0); loops++) {
    int did = 0;
    if (slicing) turnSlice(t);
    if (telling) { telling = 0; report(streams, loops ? 100.0 * idle / loops : 0); }
    if (forgetting) {
      resting = forgetting = 0; loops = idle = 0; sends = 0; sendTime = worst = 0; memset(delays, 0, sizeof delays);
      for (int i = 0; i < count; i++) streams[i].sent = streams[i].received = streams[i].foreign = streams[i].loadSeen = streams[i].loadTop = 0;
    }
    for (int looks = 0; looks < count && did < BURST; looks++) {
      int i = turn;
      struct stream *s = &streams[i];
      turn = (turn + 1) % count;
      if (follow && s->started && t - s->heard > 0.5) s->started = 0;
      if (s->started) did += sendDue(s, i, t);
    }
    int n = epoll_wait(poll, events, 256, spin || did ? 0 : 1);
    for (int k = 0; k < n; k++) {
      int i = (int)events[k].data.u32;
      if (i < count) receive(&streams[i], i, spread);
      else drain(streams[i - count].asideFd);
    }
    idle += !did && n <= 0;
  }
  report(streams, loops ? 100.0 * idle / loops : 0);
  return 0;
}
