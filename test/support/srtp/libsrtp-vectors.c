/*
 * Prints what libsrtp makes of packets of every suite, one JSON object a line: the vectors in libsrtp-vectors.json.
 *   cc -o vectors libsrtp-vectors.c -lsrtp2 && ./vectors > libsrtp-vectors.json
 */
#include <arpa/inet.h>
#include <srtp2/srtp.h>
#include <stdio.h>
#include <string.h>

struct suite {
  const char *name;
  void (*rtp)(srtp_crypto_policy_t *);
  void (*rtcp)(srtp_crypto_policy_t *);
  int bytes;
};

static const struct suite suites[] = {
  {"AES_CM_128_HMAC_SHA1_80", srtp_crypto_policy_set_rtp_default, srtp_crypto_policy_set_rtp_default, 30},
  {"AES_CM_128_HMAC_SHA1_32", srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32, srtp_crypto_policy_set_rtp_default, 30},
  {"AES_256_CM_HMAC_SHA1_80", srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80, srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80, 46},
  {"AEAD_AES_128_GCM", srtp_crypto_policy_set_aes_gcm_128_16_auth, srtp_crypto_policy_set_aes_gcm_128_16_auth, 28},
  {"AEAD_AES_256_GCM", srtp_crypto_policy_set_aes_gcm_256_16_auth, srtp_crypto_policy_set_aes_gcm_256_16_auth, 44},
};

static void hex(const unsigned char *bytes, int length) {
  for (int i = 0; i < length; i++) printf("%02x", bytes[i]);
}

static void packet(srtp_t session, const char *kind, unsigned char *bytes, int length, int *first) {
  printf("%s\n  {\"kind\": \"%s\", \"plain\": \"", *first ? "" : ",", kind);
  *first = 0;
  hex(bytes, length);
  int failed = strcmp(kind, "rtp") == 0 ? srtp_protect(session, bytes, &length) : srtp_protect_rtcp(session, bytes, &length);
  if (failed) fprintf(stderr, "libsrtp failed: %d\n", failed);
  printf("\", \"protected\": \"");
  hex(bytes, length);
  printf("\"}");
}

static int rtp(unsigned char *bytes, int sequence, int payload, int extended) {
  int at = 12;
  memset(bytes, 0, 512);
  bytes[0] = extended ? 0x91 : 0x80;
  bytes[1] = 8;
  bytes[2] = sequence >> 8;
  bytes[3] = sequence;
  memcpy(bytes + 4, "\x00\x12\xd6\x87\xca\xfe\xba\xbe", 8);
  if (extended) {
    memcpy(bytes + 12, "\x01\x02\x03\x04\xbe\xde\x00\x01\x10\xff\x00\x00", 12);
    at = 24;
  }
  for (int i = 0; i < payload; i++) bytes[at + i] = (i * 7 + sequence) & 0xff;
  return at + payload;
}

int main(void) {
  srtp_init();
  printf("[");
  for (int s = 0; s < 5; s++) {
    unsigned char key[64], bytes[600];
    srtp_policy_t policy;
    srtp_t session;
    memset(&policy, 0, sizeof policy);
    for (int i = 0; i < 64; i++) key[i] = i * 13 + 5;
    suites[s].rtp(&policy.rtp);
    suites[s].rtcp(&policy.rtcp);
    policy.ssrc.type = ssrc_any_outbound;
    policy.key = key;
    policy.window_size = 128;
    if (srtp_create(&session, &policy)) fprintf(stderr, "%s: no session\n", suites[s].name);
    printf("%s\n{\"suite\": \"%s\", \"key\": \"", s ? "," : "", suites[s].name);
    hex(key, suites[s].bytes);
    printf("\", \"packets\": [");
    int first = 1;
    packet(session, "rtp", bytes, rtp(bytes, 65000, 160, 0), &first);
    packet(session, "rtp", bytes, rtp(bytes, 65534, 5, 0), &first);
    packet(session, "rtp", bytes, rtp(bytes, 1, 160, 0), &first); /* round once */
    packet(session, "rtp", bytes, rtp(bytes, 65535, 160, 0), &first); /* late, of the round before */
    packet(session, "rtp", bytes, rtp(bytes, 2, 47, 1), &first); /* a CSRC and an extension */
    packet(session, "rtp", bytes, rtp(bytes, 32000, 0, 0), &first);
    packet(session, "rtp", bytes, rtp(bytes, 64000, 80, 0), &first);
    packet(session, "rtp", bytes, rtp(bytes, 100, 320, 0), &first); /* round twice */
    for (int i = 0; i < 2; i++) {
      memset(bytes, 0, 512);
      memcpy(bytes, "\x80\xc8\x00\x06\xca\xfe\xba\xbe", 8);
      for (int j = 8; j < 28; j++) bytes[j] = j + i;
      packet(session, "rtcp", bytes, 28, &first);
    }
    printf("\n]}");
    srtp_dealloc(session);
  }
  printf("\n]\n");
  return 0;
}
