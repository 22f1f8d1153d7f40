/* Preloaded into the server: a disk that keeps only what was synced. Each fsync or fdatasync of a file in the data
   folder copies that file, as it is then, into SHADOW. A power cut is a kill, after which the copies replace the
   files. With SHADOW_BLIND set, syncs of files whose names end like that are ignored: a disk, or a setting, that
   does not keep what it was asked to, so that the test can show that it would notice. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int ends_with(const char *text, const char *end) {
  size_t text_length = strlen(text), end_length = strlen(end);
  return text_length >= end_length && strcmp(text + text_length - end_length, end) == 0;
}

static void keep(int fd) {
  const char *shadow = getenv("SHADOW"), *blind = getenv("SHADOW_BLIND");
  char link[64], path[4096], copy[4200], partial[4210], block[65536];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (!shadow || length <= 0) return;
  path[length] = 0;
  if (!strstr(path, "firstline.db") || (blind && ends_with(path, blind))) return;
  snprintf(copy, sizeof copy, "%s/%s", shadow, strrchr(path, '/') + 1);
  snprintf(partial, sizeof partial, "%s.part", copy);
  int from = open(path, O_RDONLY), to = open(partial, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (from < 0 || to < 0) abort();
  for (ssize_t n; (n = read(from, block, sizeof block)) > 0;)
    if (write(to, block, n) != n) abort();
  close(from);
  close(to);
  if (rename(partial, copy)) abort();
}

static int synced(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  int result = real(fd);
  if (result == 0) keep(fd);
  return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
