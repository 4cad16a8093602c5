"""What an implementation can do to whoever runs it: kinds of hostility, and what becomes of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hostile:
    """One kind.

    Attributes:
        action: what it does on the second case, before it answers.
        statuses: what may become of that case.
        words: what its reason, or a finding, says.
        seconds: the time limit.
    """

    action: str
    statuses: tuple[str, ...]
    words: tuple[str, ...] = ()
    seconds: float = 20.0


TO_ALL_PIPES = """
for descriptor in range(3, 64):
    with contextlib.suppress(OSError):
        os.write(descriptor, {data})
"""

# A right frame in every way, of the number that was asked for.
FORGED = """
frame = sys._getframe()
while 'question' not in frame.f_locals:
    frame = frame.f_back
told = {'status': 'unsupported', 'seconds': 0.0, 'reason': 'forged', 'findings': [], 'written': False, 'changed': None}
from harness.workers.messages import Message, pack
forged = pack(Message({**told, 'number': frame.f_locals['question'].head['number']}, {}))
""" + TO_ALL_PIPES.format(data="forged")

EACH_OF_ITS_GUARDIAN = """
with contextlib.suppress(OSError):
    for path in [entry.path for entry in os.scandir(f'/proc/{{os.getppid()}}/fd')]:
        with contextlib.suppress(OSError):
            {do}
"""

HOSTILE = {
    # It ends its process.
    "segfault": Hostile("ctypes.string_at(0)", ("crash",), ("killed by SIGSEGV", "Segmentation fault", "mine.py")),
    "abort": Hostile("os.abort()", ("crash",), ("killed by SIGABRT", "Aborted")),
    "bus error": Hostile("os.kill(os.getpid(), signal.SIGBUS)", ("crash",), ("killed by SIGBUS",)),
    "kills itself": Hostile(
        "os.kill(os.getpid(), signal.SIGKILL)", ("crash",), ("killed by SIGKILL", "printed nothing")
    ),
    "os._exit": Hostile(
        "print('one'); print('two', file=sys.stderr); os._exit(3)", ("crash",), ("ended with exit code 3", "one\ntwo")
    ),
    "os._exit as if all were well": Hostile("os._exit(0)", ("crash",), ("ended with exit code 0",)),
    "exits in the text of its error": Hostile(
        "class Error(Exception):\n    def __str__(self): os._exit(4)\nraise Error", ("crash",), ("exit code 4",)
    ),
    "kills its process group": Hostile("os.killpg(0, signal.SIGKILL)", ("crash",), ("mine's process",)),
    "kills its parent": Hostile(
        "os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)", ("crash",), ("mine's process",)
    ),
    "kills whoever works after it": Hostile(
        "sys.setprofile(lambda frame, *_: frame.f_code.co_name == 'put_back' and os._exit(9))", ("crash",), ("code 9",)
    ),
    "writes into the pipes of its guardian": Hostile(
        EACH_OF_ITS_GUARDIAN.format(do="os.write(os.open(path, os.O_WRONLY), b'5')") + "os._exit(3)",
        ("crash",),
        ("mine's process",),
    ),
    "stops its guardian": Hostile("os.kill(os.getppid(), signal.SIGSTOP); os._exit(3)", ("crash",), ("was ended",)),
    # It raises what is not meant to be caught.
    "sys.exit": Hostile("sys.exit(5)", ("error",), ("SystemExit: 5",)),
    "KeyboardInterrupt": Hostile("raise KeyboardInterrupt", ("error",), ("KeyboardInterrupt",)),
    "GeneratorExit": Hostile("raise GeneratorExit", ("error",), ("GeneratorExit",)),
    "an error with a text of 100 MB": Hostile("raise ValueError('x' * 10**8)", ("error",), ("xxx",)),
    "asks a question": Hostile("input('?')", ("error",), ("EOFError",)),
    # It never answers.
    "endless loop": Hostile("while True:\n    pass", ("timeout",), ("--time-limit", "mine.py", "in run"), 1.5),
    "endless loop in C, holding the lock": Hostile(
        "ctypes.PyDLL(None).pause()", ("timeout",), ("--time-limit", "mine.py", "in run"), 1.5
    ),
    "endless search in C": Hostile(
        "re.match('(a|a)+$', 'a' * 64 + 'b')", ("timeout",), ("--time-limit", "mine.py", "in run"), 1.5
    ),
    "endless products": Hostile(
        "a = np.eye(700)\nwhile True:\n    a = a @ a", ("timeout",), ("--time-limit", "mine.py", "in run"), 1.5
    ),
    "waits for a lock of its own": Hostile(
        "lock = threading.Lock()\nlock.acquire()\nlock.acquire()", ("timeout",), ("--time-limit",), 1.5
    ),
    "stops itself": Hostile("os.kill(os.getpid(), signal.SIGSTOP)", ("timeout",), ("--time-limit",), 1.5),
    "leaves its process group": Hostile(
        "os.setpgid(0, os.getpgid(os.getppid()))\nwhile True:\n    pass", ("timeout",), ("--time-limit",), 1.5
    ),
    "keeps its guardian waiting": Hostile(
        EACH_OF_ITS_GUARDIAN.format(do="os.open(path, os.O_WRONLY)") + "while True:\n    pass",
        ("timeout",),
        ("--time-limit",),
        1.5,
    ),
    "ignores every signal": Hostile(
        "for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:\n"
        "    with contextlib.suppress(OSError, ValueError):\n        signal.signal(number, signal.SIG_IGN)\n"
        "while True:\n    pass",
        ("timeout",),
        ("--time-limit",),
        1.5,
    ),
    # It takes everything.
    "takes all memory": Hostile(
        "kept = []\nwhile True:\n    kept.append(np.ones(2**21))",
        ("crash",),
        ("used more than 1,024 MiB", "--memory-limit"),
    ),
    "takes all memory in a child": Hostile(
        "if not os.fork():\n    kept = []\n    while True:\n        kept.append(np.ones(2**21))\ntime.sleep(60)",
        ("crash",),
        ("used more than 1,024 MiB",),
    ),
    "asks for all memory at once": Hostile("np.ones(2**50)", ("error",), ("MemoryError",)),
    "fork bomb": Hostile(
        "for _ in range(9):\n    os.fork()\ntime.sleep(60)", ("crash",), ("started more than 64 processes",)
    ),
    "fork bomb of processes that leave the group": Hostile(
        "for _ in range(8):\n    if not os.fork():\n        os.setsid()\ntime.sleep(60)",
        ("crash",),
        ("started more than 64 processes",),
    ),
    "recursion without a limit": Hostile(
        "sys.setrecursionlimit(10**9)\ndef deeper(): return sorted([0], key=lambda _: deeper())\ndeeper()",
        ("crash", "timeout"),
        (),
        5.0,
    ),
    # It prints without end, or into the wrong place.
    "floods its output": Hostile("while True:\n    os.write(1, b'x' * 65536)", ("timeout",), ("--time-limit",), 1.5),
    "prints 50 MB": Hostile("for _ in range(50):\n    print('x' * 10**6)", ("ok",)),
    "closes its output": Hostile("os.close(0); os.close(1); os.close(2)", ("ok",)),
    "replaces its output": Hostile("sys.stdout = sys.stderr = None", ("ok",), ("the standard streams",)),
    "closes all descriptors": Hostile("os.closerange(0, 4096)", ("crash",), ("closed the connection",)),
    "answers garbage": Hostile(
        TO_ALL_PIPES.format(data="b'garbage' * 100"), ("error",), ("something that is no answer", "garbage")
    ),
    "answers garbage in a frame": Hostile(
        TO_ALL_PIPES.format(data="struct.pack('<4sIQ', b'hnf1', 5, 0) + b'{]}[!'"),
        ("error",),
        ("something that is no answer", "head of JSON"),
    ),
    "answers for another": Hostile(
        TO_ALL_PIPES.format(data="struct.pack('<4sIQ', b'hnf1', 27, 0) + b'{\"arrays\": [], \"number\":99}'"),
        ("error",),
        ("something that is no answer", "got 99"),
    ),
    "announces a terabyte": Hostile(
        TO_ALL_PIPES.format(data="struct.pack('<4sIQ', b'hnf1', 2, 2**40)"),
        ("error",),
        ("something that is no answer", "at most", "1,099,511,627,776"),
    ),
    "answers the half": Hostile(
        TO_ALL_PIPES.format(data="struct.pack('<4sIQ', b'hnf1', 1000, 0)") + "os._exit(6)",
        ("crash",),
        ("exit code 6 in the middle of its answer",),
    ),
    "answers with brackets without end": Hostile(
        TO_ALL_PIPES.format(data="struct.pack('<4sIQ', b'hnf1', 10**5, 0) + b'[' * 10**5"),
        ("error",),
        ("something that is no answer", "head of JSON"),
    ),
    "answers twice, and once forged": Hostile(FORGED, ("error",), ("declared nonsense",)),
    "claims a shape of a terabyte": Hostile(
        "answer['1/loss'] = np.broadcast_to(np.float32(0), (2**38,))", ("error",), ("MemoryError",)
    ),
    "claims thousands of observables": Hostile(
        "answer.update({f'1/{number}': np.zeros(0, np.float32) for number in range(5000)})",
        ("error",),
        ("returned 5,0", "arrays, expected at most"),
    ),
    "claims an observable with a name of a megabyte": Hostile(
        "answer['x' * 2**20] = np.zeros(1)", ("error",), ("something that is no answer", "a head of at most")
    ),
    "returns arrays that lie": Hostile(
        "class Lie(np.ndarray):\n"
        "    __array_priority__ = 1e9\n    nbytes = 0\n    shape = (2**60,)\n"
        "    def tobytes(self, *_): os._exit(5)\n    def __array__(self, *_, **__): os._exit(6)\n"
        "    def __array_ufunc__(self, *_, **__): os._exit(7)\n"
        "answer = {name: array.view(Lie) for name, array in answer.items()}",
        ("ok",),
    ),
    "returns 800 MB": Hostile(
        "answer['1/loss'] = np.zeros(10**8, np.float32)",
        ("error",),
        ("returned 400,00", "1/loss has the shape (100000000,)"),
    ),
    "returns a mapping that raises": Hostile(
        "class Worse(dict):\n    def items(self): raise RuntimeError('no items')\nanswer = Worse()",
        ("error",),
        ("RuntimeError: no items",),
    ),
    # It changes what others after it rely on.
    "changes the directory": Hostile("os.chdir('/')", ("ok",), ("the working directory",)),
    "deletes the directory that it is in": Hostile(
        "import tempfile\nplace = tempfile.mkdtemp()\nos.chdir(place)\nos.rmdir(place)",
        ("ok",),
        ("the working directory",),
    ),
    "lowers its limits": Hostile(
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))", ("ok",), ("limits of its process",)
    ),
    "traces what comes after it": Hostile(
        "sys.setprofile(lambda *_: None); threading.setprofile(lambda *_: None)", ("ok",), ("trace or profile",)
    ),
    "empties sys.path": Hostile("sys.path.clear()", ("ok",), ("sys.path",)),
    "empties the environment": Hostile("os.environ.clear()", ("ok",), ("environment variables",)),
    "sets an alarm": Hostile("signal.alarm(1)", ("ok",), ("a timer",)),
    "catches SIGTERM": Hostile("signal.signal(signal.SIGTERM, lambda *_: None)", ("ok",), ("signal handlers",)),
    "changes NumPy's error state": Hostile("np.seterr(all='raise')", ("ok",)),
    "changes the warnings filters": Hostile("warnings.simplefilter('error')", ("ok",)),
    "changes the random states": Hostile("np.random.seed(0); random.seed(0)", ("ok",)),
    "deletes its module": Hostile("del sys.modules['mine']", ("ok",)),
    "leaves a thread that never ends": Hostile(
        "threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()", ("ok",)
    ),
    "comes back twice": Hostile("os.fork()", ("ok",)),
    "breaks a builtin": Hostile("builtins.len = None", ("error", "crash")),
}
