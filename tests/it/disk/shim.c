/* Preloaded into the server: a disk that can be made to fail, and to work again, while the server runs. As long as the
   file named by DISK_FAULT is there, whatever would write into the database or its log fails with the error that the
   file's first letter stands for: F for a full disk (ENOSPC), R for one that can only be read (EROFS), I for a broken one
   (EIO). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* 0: the disk works, or the file is another. */
static int fault(int fd) {
  const char *flag = getenv("DISK_FAULT");
  char link[64], path[4096], letter = 0;
  if (!flag || access(flag, F_OK)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  if (!strstr(path, "firstline.db")) return 0;
  int file = open(flag, O_RDONLY);
  if (file < 0) return 0;
  if (read(file, &letter, 1) != 1) letter = 'F';
  close(file);
  return letter == 'R' ? EROFS : letter == 'I' ? EIO : ENOSPC;
}

#define FAILING(fd)            \
  do {                         \
    int error = fault(fd);     \
    if (error) {               \
      errno = error;           \
      return -1;               \
    }                          \
  } while (0)

ssize_t write(int fd, const void *data, size_t size) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  FAILING(fd);
  return real(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  static ssize_t (*real)(int, const void *, size_t, off_t);
  if (!real) real = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
  FAILING(fd);
  return real(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  FAILING(fd);
  return real(fd, data, size, at);
}

int ftruncate(int fd, off_t size) {
  static int (*real)(int, off_t);
  if (!real) real = (int (*)(int, off_t))dlsym(RTLD_NEXT, "ftruncate");
  FAILING(fd);
  return real(fd, size);
}

int ftruncate64(int fd, off64_t size) {
  static int (*real)(int, off64_t);
  if (!real) real = (int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64");
  FAILING(fd);
  return real(fd, size);
}
