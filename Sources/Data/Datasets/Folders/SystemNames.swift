/// Names that systems and programs put beside people's own files.
enum SystemNames {
  /// In small letters, as some of these systems do not tell large ones from small ones.
  private static let names: Set<String> = [
    // File systems, Windows, macOS, Synology, QNAP, NetApp, rsync, Python.
    "lost+found", "$recycle.bin", "recycler", "recycled", "system volume information", "found.000", "thumbs.db",
    "ehthumbs.db", "desktop.ini", "__macosx", "icon\r", "network trash folder", "temporary items", "@eadir",
    "@synoeastream", "@synoresource", "@tmp", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "~snapshot",
    "__pycache__",
  ]

  /// Whether a file or folder of this name is nobody's image and no class: hidden, or one of the above.
  static func contains(_ name: String) -> Bool { name.hasPrefix(".") || names.contains(name.lowercased()) }
}
