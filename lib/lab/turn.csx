#nullable enable
// Who may write on the console where experiments run side by side: the first that has not ended. What others say is
// kept until it is their turn.

/// <summary>An experiment's turn on standard output and error. It comes when the one before has come and is over.
/// </summary>
public sealed class Turn
{
    static readonly AsyncLocal<Turn?> own = new();

    readonly List<(TextWriter To, string Text)> kept = [];
    readonly TaskCompletionSource over = new();
    readonly Task come;
    bool isOn;

    public Turn(Turn? before = null)
    {
        come = before?.over.Task ?? Task.CompletedTask;
        Then(Begin);
    }

    /// <summary>False while what this thread writes is kept.</summary>
    public static bool IsOn => own.Value is not { } turn || Volatile.Read(ref turn.isOn);

    /// <summary>From now on what a thread writes that has a turn waits for it.</summary>
    public static void Install()
    {
        SetOut(new Writer(Out));
        SetError(new Writer(Error));
    }

    /// <summary>From now on this turn is that of this thread, and of threads that it starts.</summary>
    public void Take() => own.Value = this;

    public void End() => Then(over.SetResult);

    void Then(Action action) => come.ContinueWith(_ => action(), TaskContinuationOptions.ExecuteSynchronously);

    void Begin()
    {
        lock (kept)
        {
            // An output that is closed is the affair of whoever writes next.
            try { foreach (var (to, text) in kept) to.Write(text); }
            catch (IOException) { }
            kept.Clear();
            isOn = true;
        }
    }

    void Write(TextWriter to, string text)
    {
        lock (kept)
            if (isOn) to.Write(text);
            else kept.Add((to, text));
    }

    sealed class Writer(TextWriter to) : TextWriter
    {
        public override Encoding Encoding => to.Encoding;

        public override void Write(string? text)
        {
            if (own.Value is { } turn) turn.Write(to, text ?? "");
            else to.Write(text);
        }

        public override void Write(char letter) => Write($"{letter}");
        public override void Write(char[] letters, int start, int count) => Write(new string(letters, start, count));
        public override void WriteLine(string? text) => Write(text + NewLine);
        public override void Flush() => to.Flush();
    }
}
